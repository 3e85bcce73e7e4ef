#!/usr/bin/env bash
# Records from a real JACK server of its own, with a dummy sound card, fed with the counter's signal. The server waits for its
# clients (-S), so that every one of them gets every cycle on a machine of any speed.
# Usage: live.sh CASE PROGRAM DISK_FAULT_LIBRARY JACK_FEEDER; `live.sh --list` names the cases.
# shellcheck disable=SC2317  # the cases are called by name
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

no_file() {
  if [ -e take.wav ] || [ -e take.json ]; then fail "a file is left"; fi
}

# start_server OPTION...: of the dummy driver. Without real-time scheduling: not everybody may have it.
start_server() {
  local i
  setpriv --pdeathsig KILL jackd -n "$server" -S -t 100000 -r -m "${server_options[@]}" -d dummy -r 48000 -p 1024 "$@" >server.log 2>&1 7>&- 8>&- &
  jackd=$!
  for ((i = 0; i < 2000; i++)); do
    "$program" record "${live[@]}" --list-devices >/dev/null 2>&1 && return 0
    kill -0 "$jackd" 2>/dev/null || break
    moment
  done
  cat server.log >&2
  fail "jackd (package jackd2) does not run"
}

# In peace, because JACK keeps a place for every server that was killed.
stop_server() {
  exec 7>&- 8>&-
  [ -z "${fed:-}" ] || wait "$fed"
  fed=
  kill -TERM "$jackd"
  wait "$jackd" || fail "jackd: status $?"
}

kill_server() {
  kill -KILL "$jackd"
  wait "$jackd" 2>/dev/null
}

# feed CHANNELS FORMAT: what is said to descriptor 7 it does.
feed() {
  local line
  [ -p feed ] || mkfifo feed fed
  exec 7<>feed 8<>fed
  setpriv --pdeathsig KILL "$feeder" "$server" "$1" "$2" <feed >fed 2>feeder.log 7>&- 8>&- &
  fed=$!
  if ! read -rt 60 line <&8 || [ "$line" != ready ]; then cat feeder.log >&2; fail "the feeder does not run"; fi
}

# Waits until the recording in the background has this many frames in its file, at 4 bytes each.
await_frames() {
  local i
  for ((i = 0; i < 6000; i++)); do
    [ -e take.wav ] && [ "$(stat -c %s take.wav)" -ge $((4 * $2)) ] && return 0
    kill -0 "$1" 2>/dev/null || break
    moment
  done
  cat out err >&2
  fail "the recording does not get on"
}

# In the background, s16 in two channels.
start_recording() {
  "$program" record -o take.wav "${live[@]}" --ports 'feeder:.*' -f s16 --sync 0.1 --json take.json >out 2>err 7>&- 8>&- &
  recording=$!
  await_frames "$recording" 5000
}
ends_with() {
  local status
  wait "$recording"
  status=$?
  [ $status -eq "$1" ] || { cat out err >&2; fail "status $status instead of $1"; }
}

records_what_comes() {
  local format channels
  for format in s16 s24 f32; do
    for channels in 1 2 64; do
      start_server -C 2 -P 2
      feed $channels $format
      expect 0 "$program" record -o take.wav "${live[@]}" --ports 'feeder:' -f $format -n 20000 -y --json take.json
      json_has channels $channels
      json_has rate 48000
      json_has frames_lost 0
      json_has gap_frames 0
      says '"xruns": [0-9]+' take.json
      says 'xruns told of, 0 frames skipped' out
      expect 0 "$program" verify take.wav --anywhere --frames 20000
      expect 0 "$program" verify take.wav --anywhere --summary take.json
      stop_server
    done
  done
}

takes_the_sound_card_by_default() {
  start_server -C 5 -P 2
  expect 0 "$program" record "${live[@]}" --list-devices
  [ "$(cat out)" = "$(printf 'system:capture_%s\n' 1 2 3 4 5)" ] || fail "listed: $(cat out)"
  expect 0 "$program" record -o take.wav "${live[@]}" -n 3000 --json take.json
  json_has channels 5
  json_has format '"f32"'
  json_has period_frames 1024
  expect 0 "$program" record -o take.wav "${live[@]}" -c 3 -r 48000 -n 3000 -y --json take.json
  json_has channels 3
  rm take.wav take.json
  expect 3 "$program" record -o take.wav "${live[@]}" -c 6 -n 3000 --json take.json
  says 'the sound card has 5 inputs' err
  no_file
}

takes_ports_in_the_order_given() {
  start_server -C 2 -P 2
  feed 3 s16
  expect 0 "$program" record -o take.wav "${live[@]}" --ports feeder:out_2,feeder:out_3,feeder:out_1,feeder:out_2 -f s16 -n 3000 \
    --json take.json
  json_has channels 3
  says 'JACK server ringproc-test, feeder:out_2 to feeder:out_1' out
  expect 0 "$program" record -o take.wav "${live[@]}" --ports 'feeder:out_1,feeder:out_[23]' -f s16 -n 3000 -y
  expect 0 "$program" verify take.wav --anywhere --frames 3000
}

ports_that_do_not_match() {
  start_server -C 2 -P 2
  local ports
  for ports in nobody:x system:capture_1,nobody:x system:playback_1 ",," '['; do
    expect 3 "$program" record -o take.wav "${live[@]}" --ports "$ports" -n 3000 --json take.json
    says '--ports' err
    no_file
  done
  says 'there are: system:capture_1, system:capture_2' err
  expect 3 "$program" record -o take.wav "${live[@]}" --ports system:capture_1 -c 2 -n 3000 --json take.json
  says '--channels 2' err
  expect 2 "$program" record -o take.wav "${live[@]}" -c 0 -n 3000 --json take.json
  expect 3 "$program" record -o take.wav "${live[@]}" -c 4096 -n 3000 --json take.json
  says '--channels 4096' err
  expect 2 "$program" record -o take.wav "${live[@]}" -c 40960 -n 3000 --json take.json
  no_file
}

a_server_without_inputs() {
  start_server -C 0 -P 2
  expect 3 "$program" record -o take.wav "${live[@]}" -n 3000 --json take.json
  says 'no sound card inputs' err
  no_file
}

more_ports_than_the_server_has() {
  server_options=(-p 16)
  start_server -C 2 -P 2
  feed 8 s16
  expect 3 "$program" record -o take.wav "${live[@]}" --ports feeder: -n 3000 --json take.json
  says '--port-max' err
  no_file
}

the_wrong_rate() {
  start_server -C 2 -P 2
  expect 3 "$program" record -o take.wav "${live[@]}" -r 44100 -n 3000 --json take.json
  says '--rate 44100: the JACK server runs at 48000' err
  no_file
}

no_server() {
  expect 3 "$program" record -o take.wav "${live[@]}" -n 3000 --json take.json
  says "no JACK server named $server" err
  expect 3 "$program" record "${live[@]}" --list-devices
  no_file
}

a_server_that_was_killed_before() {
  start_server -C 2 -P 2
  kill_server
  expect 3 "$program" record -o take.wav "${live[@]}" -n 3000 --json take.json
  no_file
}

what_cannot_be_meant() {
  expect 2 "$program" record -o take.wav "${live[@]}" --proc dos
  expect 2 "$program" record -o take.wav "${live[@]}" --unpaced
  expect 2 "$program" record -o take.wav "${live[@]}" --period 64
  expect 2 "$program" record "${live[@]}"
  expect 2 "$program" record -o take.wav --source counter -c 2 -r 48000 -f s16 --ports x
  expect 2 "$program" record -o take.wav --source counter -c 2 -r 48000 -f s16 --list-devices
  expect 2 "$program" record -o take.wav --source counter -c 2 -r 48000
  no_file
}

a_signal_finalises() {
  start_server -C 2 -P 2
  feed 2 s16
  local signal
  for signal in INT TERM HUP; do
    rm -f take.wav take.json
    start_recording
    kill -$signal "$recording"
    ends_with 0
    json_has exit_reason '"signal"'
    expect 0 "$program" verify take.wav --anywhere --summary take.json
  done
}

a_server_that_is_killed() {
  start_server -C 2 -P 2
  feed 2 s16
  start_recording
  kill -KILL "$jackd"
  ends_with 7
  json_has exit_reason '"source_died"'
  says 'the JACK server has gone' out
  expect 0 "$program" verify take.wav --anywhere --summary take.json
}

a_server_that_ends() {
  start_server -C 2 -P 2
  feed 2 s16
  start_recording
  kill -TERM "$jackd"
  ends_with 7
  wait "$jackd"
  json_has exit_reason '"source_died"'
  expect 0 "$program" verify take.wav --anywhere --summary take.json
}

a_server_that_stands_still() {
  start_server -C 2 -P 2
  feed 2 s16
  start_recording
  kill -STOP "$jackd"
  ends_with 7
  says 'has not called for 10 seconds' out
  expect 0 "$program" verify take.wav --anywhere --summary take.json
  kill_server
}

a_period_that_changes() {
  local period line
  start_server -C 2 -P 2
  feed 2 s16
  start_recording
  for period in 4096 64 1024; do
    echo "period $period" >&7
    read -rt 60 line <&8
    [ "$line" = "period is $period" ] || fail "the period: $line"
  done
  kill -TERM "$recording"
  ends_with 0
  json_has gap_frames 0
  expect 0 "$program" verify take.wav --anywhere --summary take.json
}

a_port_that_goes_brings_silence() {
  start_server -C 2 -P 2
  feed 2 s16
  start_recording
  exec 7>&- 8>&-
  wait "$fed"
  fed=
  await_frames "$recording" $(($(stat -c %s take.wav) / 4 + 5000))
  kill -TERM "$recording"
  ends_with 0
  json_has gap_frames 0
  [ "$(tail -c 4000 take.wav | tr -d '\0' | wc -c)" -eq 0 ] || fail "no silence"
}

a_recorder_that_is_killed() {
  start_server -C 2 -P 2
  feed 2 s16
  start_recording
  kill -KILL "$(pgrep -P "$recording")"
  ends_with 1
  says 'was killed by SIGKILL' err
  kill_server # which waits for the dead client
  expect 0 "$program" verify take.wav --anywhere
}

# The callback must not wait: what the ring has no room for is lost, and told.
a_stalled_disk_loses_what_is_told() {
  start_server -C 2 -P 2
  feed 8 f32
  set_fault RINGPROC_FAULT_AT=4 RINGPROC_FAULT_COUNT=1 RINGPROC_FAULT_DELAY_MS=1000
  expect 4 "${faulty[@]}" "$program" record -o take.wav "${live[@]}" --ports feeder: -d 1.2 --ring 64K --json take.json
  says 'LOST frames from number' err
  json_has gap_frames 0
  expect 0 "$program" verify take.wav --anywhere --summary take.json
  says 'exactly the [0-9]+ frames that record lost' out
}

# ALSA's plug-ins leak, and are unloaded before anybody could tell whose that was.
without_leak_check() { export ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0"; }

# PortAudio finds the clients of the server as devices.
through_portaudio() {
  without_leak_check
  local format
  start_server -C 4 -P 2
  feed 3 s24
  expect 0 "$program" record --source portaudio --list-devices
  says '^ *[0-9]+  .*: feeder  \(3 channels, 48000 Hz\)$' out
  [ ! -s err ] || fail "chatter: $(cat err)"
  expect 0 "$program" record -o take.wav --source portaudio --device feeder -f s24 -n 20000 --json take.json
  json_has channels 3
  json_has rate 48000
  json_has gap_frames null
  expect 0 "$program" verify take.wav --anywhere --summary take.json
  expect 0 "$program" record -o take.wav --source portaudio --device feeder -c 2 -f s32 -n 3000 --period 256 -y
  stop_server
  for format in s16 f32; do
    start_server -C 4 -P 2
    feed 2 $format
    expect 0 "$program" record -o take.wav --source portaudio --device feeder -f $format -n 20000 -y
    expect 0 "$program" verify take.wav --anywhere --frames 20000
    stop_server
  done
}

portaudio_devices_that_cannot_be_had() {
  without_leak_check
  local arguments
  start_server -C 4 -P 2
  feed 3 s24
  while IFS= read -r arguments; do
    # shellcheck disable=SC2086  # words on purpose
    expect 3 "$program" record -o take.wav --source portaudio $arguments -n 3000 --json take.json
    [ "$(wc -l <err)" -eq 1 ] || fail "not one line: $(cat err)"
    no_file
  done <<'END'
--device nobody
--device JACK
--device 1000
--device feeder -c 4
--device feeder -c 4096
--device feeder -r 44100
END
  expect 2 "$program" record -o take.wav --source portaudio --device feeder -c 0
  expect 2 "$program" record -o take.wav --source portaudio --ports x
  expect 2 "$program" record -o take.wav "${live[@]}" --device x
  no_file
}

a_portaudio_device_that_goes() {
  without_leak_check
  start_server -C 2 -P 2
  feed 2 s16
  "$program" record -o take.wav --source portaudio --device feeder -f s16 --sync 0.1 --json take.json >out 2>err 7>&- 8>&- &
  recording=$!
  await_frames "$recording" 5000
  kill_server
  ends_with 7
  json_has exit_reason '"source_died"'
  says 'feeder has stopped' out
  expect 0 "$program" verify take.wav --anywhere --summary take.json
}

no_portaudio_device() {
  without_leak_check
  expect 3 "$program" record --source portaudio --list-devices
  says 'no device with inputs' err
  expect 3 "$program" record -o take.wav --source portaudio --device feeder -n 3000 --json take.json
  no_file
}

helpers='no_file|start_server|stop_server|kill_server|feed|await_frames|start_recording|ends_with|without_leak_check|clean_up'

case ${1:?} in --list) cases; exit 0 ;; esac
program=$2 disk_fault=$3 feeder=$4
# JACK has room for eight servers, dead ones included, on the whole machine. So all cases take turns with one name: a server
# takes the place of its dead namesake.
[ -n "${RINGPROC_LIVE_TURN:-}" ] || RINGPROC_LIVE_TURN=mine exec flock -o "${TMPDIR:-/tmp}/ringproc-live-$UID.lock" bash "$0" "$@"
server=ringproc-test
server_options=()
live=(--source jack --jack-server "$server")
export JACK_NO_AUDIO_RESERVATION=1 JACK_NO_START_SERVER=1
export JACK_DEFAULT_SERVER=$server # PortAudio asks for no other
clean_up() {
  end_jobs
  wait 2>/dev/null
  leave_directory
}
enter_directory live
"$1"
if [ -n "${jackd:-}" ] && kill -CONT "$jackd" 2>/dev/null; then stop_server; fi
