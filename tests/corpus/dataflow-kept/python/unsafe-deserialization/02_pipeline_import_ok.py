"""Import of pipeline definitions from a YAML upload."""
import yaml
from fastapi import APIRouter, HTTPException, UploadFile

try:
    from yaml import CSafeLoader as Loader
except ImportError:
    from yaml import SafeLoader as Loader

router = APIRouter()
REQUIRED = {"name", "steps"}
LIMIT = 256 * 1024


def read_definition(text):
    document = yaml.load(text, Loader=Loader)
    if not isinstance(document, dict) or not REQUIRED <= document.keys():
        raise ValueError("name and steps are required")
    return document


@router.post("/pipelines/import")
async def import_pipeline(definition: UploadFile):
    raw = await definition.read(LIMIT + 1)
    if len(raw) > LIMIT:
        raise HTTPException(status_code=413, detail="definition too large")
    try:
        document = read_definition(raw.decode("utf-8"))
    except (UnicodeDecodeError, ValueError, yaml.YAMLError) as exc:
        raise HTTPException(status_code=422, detail="not a pipeline definition") from exc
    return {"name": str(document["name"]), "steps": len(document["steps"])}
