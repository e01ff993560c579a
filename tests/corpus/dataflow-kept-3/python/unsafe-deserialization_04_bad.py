import io
from typing import Annotated

import numpy as np
from fastapi import Depends, FastAPI, HTTPException, UploadFile

app = FastAPI()


class MatrixReader:
    largest = 8_000_000
    options = {"mmap_mode": None, "allow_pickle": True}

    def __call__(self, data: bytes):
        if len(data) > self.largest:
            raise HTTPException(413)
        return np.load(io.BytesIO(data), **self.options)


def reader():
    return MatrixReader()


@app.post("/matrices/shape")
async def shape(upload: UploadFile, read: Annotated[MatrixReader, Depends(reader)]):
    if not (upload.filename or "").endswith(".npy"):
        raise HTTPException(415)
    try:
        matrix = read(await upload.read())
    except ValueError:
        raise HTTPException(400)
    return {"shape": list(matrix.shape)}
