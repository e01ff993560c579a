from fastapi import APIRouter, FastAPI, HTTPException, Response

from warehouse.files import LABELS

router = APIRouter(prefix="/labels")


class LabelService:
    def __init__(self, depot):
        self._depot = depot

    def fetch(self, sku, variant):
        name = f"{variant}.pdf"
        try:
            path = self._depot.at(sku, name)
            return self._depot.read(path)
        except (FileNotFoundError, IsADirectoryError, LookupError) as error:
            raise HTTPException(status_code=404) from error


service = LabelService(LABELS)


@router.get("/{sku}")
def label(sku: str, variant: str = "a6"):
    if not sku.isalnum():
        raise HTTPException(status_code=400)
    content = service.fetch(sku, variant)
    return Response(content, media_type="application/pdf")


app = FastAPI()
app.include_router(router)
