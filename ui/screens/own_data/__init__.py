"""Own data: points from a file, cells of a spreadsheet, or drawn by hand."""
