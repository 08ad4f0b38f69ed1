from path import Path

end = "Yours"
path = Path("sub/file.txt")
