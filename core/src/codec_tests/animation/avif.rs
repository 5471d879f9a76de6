use super::*;

const AVIF: Encoding = Encoding::Avif { quality: 80, speed: 8, full_chroma: false };

/// The boxes named `kind` anywhere in `bytes`: what stands behind the name.
fn boxes<'a>(bytes: &'a [u8], kind: &[u8; 4]) -> Vec<&'a [u8]> {
    let places = bytes.windows(4).enumerate().filter(|(_, window)| window == kind);
    places.map(|(at, _)| &bytes[at + 4..]).collect()
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap())
}

#[test]
fn the_first_frame_is_a_still_picture_for_old_readers() {
    for layout in [Layout::Gray, Layout::Rgb, Layout::Rgba] {
        let frames = flowing(3, layout);
        let bytes = write_ok(&frames, AVIF, 0);
        let still = crate::decode::avif_picture(&bytes, &Limits::default(), &Job::default());
        let psnr = psnr(&rgba(&still.unwrap()), &rgba(&frames[0].image));
        assert!(psnr > 27.0, "{layout:?} {psnr}");
    }
}

#[test]
fn times_loops_and_key_frames_are_told() {
    let frames = moving(5, (70, 33), [0, 0, 90, 255]);
    for (loops, whole, again) in [(0, u64::MAX, 1), (1, 240, 0), (3, 720, 1)] {
        let bytes = write_ok(&frames, AVIF, loops);
        // Every pixel is opaque: there is one track.
        assert_eq!(boxes(&bytes, b"trak").len(), 1);
        let header = boxes(&bytes, b"tkhd")[0];
        assert_eq!(u64::from_be_bytes(header[28..36].try_into().unwrap()), whole);
        let edits = boxes(&bytes, b"elst")[0];
        assert_eq!((edits[3], word(edits, 12)), (again, 240));
        let times = boxes(&bytes, b"stts")[0];
        let runs = word(times, 4) as usize;
        let delays: Vec<u32> = (0..runs).map(|run| word(times, 12 + 8 * run)).collect();
        assert_eq!(delays, [40, 50, 60, 40, 50]);
        let keys = boxes(&bytes, b"stss")[0];
        assert_eq!((word(keys, 4), word(keys, 8)), (1, 1));
    }
}

#[test]
fn transparency_is_a_track_of_its_own() {
    let bytes = write_ok(&moving(5, (70, 33), [0; 4]), AVIF, 0);
    assert_eq!(boxes(&bytes, b"trak").len(), 2);
    // One for the item and one for the track refer to colour.
    assert_eq!((boxes(&bytes, b"auxv").len(), boxes(&bytes, b"auxl").len()), (1, 2));
}

#[test]
fn frames_that_repeat_cost_nothing() {
    let frames = moving(2, (70, 33), [0, 0, 90, 255]);
    let twice = [frames[0].clone(), frames[0].clone(), frames[1].clone(), frames[1].clone()];
    let length = |frames: &[Frame]| write_ok(frames, AVIF, 0).len();
    assert_eq!(length(&frames), length(&twice));
}

#[test]
fn the_number_of_threads_does_not_change_the_bytes() {
    let frames = flowing(6, Layout::Rgba);
    let with = |threads| {
        let limits = Limits { threads, ..Limits::default() };
        write(&frames, AVIF, 0, &Job::new(&limits, CancelToken::new())).unwrap()
    };
    assert!(with(1) == with(2) && with(1) == with(5));
}

#[test]
fn a_cancelled_job_stops_between_frames() {
    stops_between_frames(&moving(3, (40, 20), [0; 4]), AVIF);
}
