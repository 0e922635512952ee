import rtmidi

assert rtmidi.API_DUMMY in rtmidi.get_compiled_api()
assert rtmidi.API_LINUX_ALSA in rtmidi.get_compiled_api()
port = rtmidi.MidiOut(rtmidi.API_DUMMY, name="probe")
assert port.get_ports() == []
port.delete()
