import io

import av

data = io.BytesIO()
with av.open(data, "w", format="nut") as container:
    stream = container.add_stream("mpeg4", rate=10)
    stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
    for number in range(5):
        frame = av.VideoFrame(64, 48, "yuv420p")
        for plane in frame.planes:
            plane.update(bytes([number * 40]) * plane.buffer_size)
        container.mux(stream.encode(frame))
    container.mux(stream.encode())
data.seek(0)
with av.open(data) as container:
    assert sum(1 for _ in container.decode(video=0)) == 5
