from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from fastapi import Depends, FastAPI, HTTPException, UploadFile

app = FastAPI()


@dataclass
class Attachment:
    case_id: int
    filename: str
    content: bytes

    @property
    def stored_name(self) -> str:
        tail = PurePosixPath(self.filename.replace("\\", "/")).name
        return tail or "unnamed"


class AttachmentRepository:
    def __init__(self, root: Path):
        self.root = root

    def folder(self, case_id: int) -> Path:
        target = self.root / str(case_id)
        target.mkdir(parents=True, exist_ok=True)
        return target

    def save(self, item: Attachment) -> int:
        target = self.folder(item.case_id) / item.stored_name
        if target.is_dir():
            raise IsADirectoryError
        return target.write_bytes(item.content)


class AttachmentService:
    limit = 5 * 1024 * 1024

    def __init__(self, repository: AttachmentRepository):
        self.repository = repository

    async def accept(self, case_id: int, upload: UploadFile) -> int:
        content = await upload.read(self.limit + 1)
        if len(content) > self.limit:
            raise HTTPException(413, "attachment too large")
        item = Attachment(case_id, upload.filename or "", content)
        return self.repository.save(item)


def get_service() -> AttachmentService:
    return AttachmentService(AttachmentRepository(Path("/srv/cases")))


@app.post("/cases/{case_id}/attachments", status_code=201)
async def attach(case_id: int, upload: UploadFile, service=Depends(get_service)):
    try:
        return {"bytes": await service.accept(case_id, upload)}
    except IsADirectoryError:
        raise HTTPException(422, "name not usable")
