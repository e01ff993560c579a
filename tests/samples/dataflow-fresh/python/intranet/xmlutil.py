import xml.etree.ElementTree as ET

from intranet.texts import DATA_DIR


def employees():
    return ET.parse(f"{DATA_DIR}/employees.xml").getroot()


def to_text(element):
    return "".join(element.itertext())
