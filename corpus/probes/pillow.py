import io

from PIL import Image, ImageDraw, features

image = Image.new("RGB", (64, 48), "navy")
ImageDraw.Draw(image).ellipse((8, 8, 40, 40), fill="orange")
for kind, feature in [("PNG", "zlib"), ("JPEG", "jpg"), ("TIFF", "libtiff"), ("WEBP", "webp")]:
    if not features.check(feature):
        assert kind in ("TIFF", "WEBP"), kind
        continue
    file = io.BytesIO()
    image.save(file, kind, **({"compression": "tiff_lzw"} if kind == "TIFF" else {}))
    again = Image.open(io.BytesIO(file.getvalue())).convert("RGB")
    red, green, blue = again.getpixel((24, 24))
    assert again.size == (64, 48) and red > 230 and 120 < green < 200 and blue < 40, kind
