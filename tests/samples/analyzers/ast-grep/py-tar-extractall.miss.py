with tarfile.open(path) as tar:
    tar.extractall(folder, filter="data")
with zipfile.ZipFile(path) as archive:
    archive.extractall(folder)
