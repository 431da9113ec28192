"""Import paths that scripts written for earlier versions use."""
