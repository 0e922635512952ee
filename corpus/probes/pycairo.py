import io

import cairo

surface = cairo.ImageSurface(cairo.FORMAT_ARGB32, 40, 40)
context = cairo.Context(surface)
context.set_source_rgb(1, 0, 0)
context.rectangle(10, 10, 20, 20)
context.fill()
surface.flush()
data = bytes(surface.get_data())
at = 20 * surface.get_stride() + 20 * 4
assert data[at : at + 4] == b"\x00\x00\xff\xff", data[at : at + 4]
image = io.BytesIO()
surface.write_to_png(image)
assert image.getvalue()[:4] == b"\x89PNG"
page = io.BytesIO()
cairo.PDFSurface(page, 100, 100).finish()
assert page.getvalue()[:4] == b"%PDF"
