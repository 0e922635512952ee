import rtmidi

assert rtmidi.API_LINUX_ALSA in rtmidi.get_compiled_api()
assert rtmidi.get_api_display_name(rtmidi.API_LINUX_ALSA) == "ALSA"
try:
    rtmidi.MidiOut(rtmidi.API_LINUX_ALSA, name="probe")
except rtmidi.SystemError as error:
    # There are no sound devices in the root; that is asked of ALSA's library.
    print(type(error).__name__)
