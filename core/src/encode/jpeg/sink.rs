//! Where libjpeg puts the bytes it has made.

use mozjpeg_sys::*;

use crate::{guard, Error};

/// Bytes that are handed over at once.
const CHUNK: usize = 64 << 10;

/// A growing vector behind libjpeg's destination callbacks. The manager comes first, so that
/// its address is the sink's.
#[repr(C)]
pub(super) struct Sink {
    manager: jpeg_destination_mgr,
    chunk: Vec<u8>,
    data: Vec<u8>,
}

impl Sink {
    /// An empty sink. Boxed, because C keeps pointers into it.
    pub fn new() -> Box<Self> {
        let manager = jpeg_destination_mgr {
            next_output_byte: std::ptr::null_mut(),
            free_in_buffer: 0,
            init_destination: Some(begin),
            empty_output_buffer: Some(empty),
            term_destination: Some(end),
        };
        Box::new(Sink { manager, chunk: vec![0; CHUNK], data: Vec::new() })
    }

    /// Becomes the destination of `cinfo`.
    pub fn attach(self: &mut Box<Self>, cinfo: &mut jpeg_compress_struct) {
        cinfo.dest = std::ptr::from_mut::<Sink>(self).cast::<jpeg_destination_mgr>();
    }

    /// What was written.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.data)
    }

    fn rewind(&mut self) {
        self.manager.next_output_byte = self.chunk.as_mut_ptr();
        self.manager.free_in_buffer = self.chunk.len();
    }

    fn keep(&mut self, bytes: usize) {
        if self.data.try_reserve(bytes).is_err() {
            guard::throw(Error::too_large("memory", "what the system gives", bytes));
        }
        self.data.extend_from_slice(&self.chunk[..bytes]);
        self.rewind();
    }
}

/// The sink behind `cinfo`.
///
/// # Safety
/// `cinfo` was given to [`Sink::attach`], and that sink is alive.
unsafe fn sink<'a>(cinfo: &jpeg_compress_struct) -> &'a mut Sink {
    // SAFETY: `attach` stored the address of a whole sink, whose first field is the manager.
    unsafe { &mut *cinfo.dest.cast::<Sink>() }
}

unsafe extern "C-unwind" fn begin(cinfo: &mut jpeg_compress_struct) {
    // SAFETY: a callback of an attached sink.
    unsafe { sink(cinfo) }.rewind();
}

/// Called with a full chunk, whatever the manager's counters say.
unsafe extern "C-unwind" fn empty(cinfo: &mut jpeg_compress_struct) -> boolean {
    // SAFETY: a callback of an attached sink.
    unsafe { sink(cinfo) }.keep(CHUNK);
    1
}

unsafe extern "C-unwind" fn end(cinfo: &mut jpeg_compress_struct) {
    // SAFETY: a callback of an attached sink.
    let sink = unsafe { sink(cinfo) };
    sink.keep(CHUNK - sink.manager.free_in_buffer);
}
