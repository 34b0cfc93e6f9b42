"""Maps: two settings span a plane, and every pixel is a network trained from scratch."""
