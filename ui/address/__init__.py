"""The address: what a link may say, how it is read, refused in words, and written again."""
