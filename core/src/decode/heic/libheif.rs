//! The pixels of HEIC by the system's libheif (LGPL, linked dynamically), in builds with the
//! feature `heic`: patents stand on the codec, so no other build has it.

use std::ffi::{c_char, c_int, c_void};
use std::marker::{PhantomData, PhantomPinned};
use std::ptr::{null, null_mut};

use crate::color;
use crate::image::{Image, Layout, Profile};
use crate::plan::DecodePlan;
use crate::{Error, Job, Result};

/// `heif_colorspace_RGB`.
const RGB: c_int = 1;
/// `heif_chroma_interleaved_RGBA`.
const RGBA: c_int = 11;
/// `heif_channel_interleaved`.
const INTERLEAVED: c_int = 10;

/// What is only ever pointed at.
#[repr(C)]
struct Opaque {
    _data: [u8; 0],
    _marker: PhantomData<(*mut u8, PhantomPinned)>,
}

#[repr(C)]
struct Status {
    code: c_int,
    subcode: c_int,
    message: *const c_char,
}

#[link(name = "heif")]
extern "C" {
    fn heif_context_alloc() -> *mut Opaque;
    fn heif_context_free(context: *mut Opaque);
    fn heif_context_set_maximum_image_size_limit(context: *mut Opaque, side: c_int);
    fn heif_context_read_from_memory_without_copy(
        context: *mut Opaque,
        data: *const c_void,
        len: usize,
        options: *const c_void,
    ) -> Status;
    fn heif_context_get_primary_image_handle(
        context: *mut Opaque,
        handle: *mut *mut Opaque,
    ) -> Status;
    fn heif_image_handle_release(handle: *const Opaque);
    fn heif_decode_image(
        handle: *const Opaque,
        image: *mut *mut Opaque,
        colorspace: c_int,
        chroma: c_int,
        options: *const c_void,
    ) -> Status;
    fn heif_image_release(image: *const Opaque);
    fn heif_image_get_width(image: *const Opaque, channel: c_int) -> c_int;
    fn heif_image_get_height(image: *const Opaque, channel: c_int) -> c_int;
    fn heif_image_get_plane_readonly(
        image: *const Opaque,
        channel: c_int,
        stride: *mut c_int,
    ) -> *const u8;
}

/// A pointer of libheif's with the function that ends it.
struct Owned<'a> {
    pointer: *mut Opaque,
    end: unsafe extern "C" fn(*const Opaque),
    life: PhantomData<&'a [u8]>,
}

impl Drop for Owned<'_> {
    fn drop(&mut self) {
        // SAFETY: the pointer came from libheif, is ended once, and by the function of its kind.
        unsafe { (self.end)(self.pointer) }
    }
}

unsafe extern "C" fn free_context(context: *const Opaque) {
    // SAFETY: only ever called with a context.
    unsafe { heif_context_free(context.cast_mut()) }
}

fn checked(status: Status) -> Result<()> {
    match status.code {
        0 => Ok(()),
        code => Err(Error::malformed("heic: broken data")
            .with_context(format!("libheif error {code}.{}", status.subcode))),
    }
}

fn owned<'a>(pointer: *mut Opaque, end: unsafe extern "C" fn(*const Opaque)) -> Result<Owned<'a>> {
    if pointer.is_null() {
        return Err(Error::internal("heic: libheif gave nothing"));
    }
    Ok(Owned { pointer, end, life: PhantomData })
}

/// Decodes upright, to sRGB. What is `profile` are the colours that the boxes state.
pub(super) fn decode(
    source: &[u8],
    plan: &DecodePlan,
    profile: &Profile,
    job: &Job,
) -> Result<Image> {
    job.check()?;
    let picture = picture(source, plan)?;
    job.check()?;
    let rows = color::converter::<u8>(profile, Layout::Rgba);
    let mut image = Image::new(plan.width, plan.height, plan.layout)?;
    let channels = plan.layout.channels();
    let mut row = vec![0; plan.width as usize * 4];
    for y in 0..plan.height {
        job.check()?;
        let stored = picture.row(y);
        match &rows {
            Some(rows) => rows.convert(stored, &mut row)?,
            None => row.copy_from_slice(stored),
        }
        let stride = image.stride();
        let to = &mut image.data_mut()[y as usize * stride..][..stride];
        for (to, from) in to.chunks_exact_mut(channels).zip(row.chunks_exact(4)) {
            to.copy_from_slice(&from[..channels]);
        }
    }
    Ok(image)
}

/// A decoded picture that still is libheif's.
struct Picture {
    _image: Owned<'static>,
    data: *const u8,
    stride: usize,
    width: usize,
}

impl Picture {
    fn row(&self, y: u32) -> &[u8] {
        // SAFETY: `picture` saw that the plane is as wide and high as the plan, and the plane
        // lives as long as the image that `self` owns.
        unsafe {
            std::slice::from_raw_parts(self.data.add(y as usize * self.stride), self.width * 4)
        }
    }
}

fn picture(source: &[u8], plan: &DecodePlan) -> Result<Picture> {
    let side = plan.width.max(plan.height).max(64) as c_int;
    // SAFETY: allocates or gives null.
    let context = owned(unsafe { heif_context_alloc() }, free_context)?;
    let mut handle = null_mut();
    // SAFETY: the context is alive, `source` outlives it, and `handle` takes one pointer.
    unsafe {
        // Grids may be rounded up to whole tiles.
        heif_context_set_maximum_image_size_limit(context.pointer, side.saturating_mul(2));
        let bytes = source.as_ptr().cast();
        checked(heif_context_read_from_memory_without_copy(
            context.pointer,
            bytes,
            source.len(),
            null(),
        ))?;
        checked(heif_context_get_primary_image_handle(context.pointer, &mut handle))?;
    }
    let handle = owned(handle, heif_image_handle_release)?;
    let mut image = null_mut();
    // SAFETY: the handle is alive and `image` takes one pointer.
    checked(unsafe { heif_decode_image(handle.pointer, &mut image, RGB, RGBA, null()) })?;
    let image = owned(image, heif_image_release)?;
    let mut stride = 0;
    // SAFETY: the image is alive; it was decoded to one interleaved plane.
    let (width, height, data) = unsafe {
        (
            heif_image_get_width(image.pointer, INTERLEAVED),
            heif_image_get_height(image.pointer, INTERLEAVED),
            heif_image_get_plane_readonly(image.pointer, INTERLEAVED, &mut stride),
        )
    };
    let planned = (plan.width as c_int, plan.height as c_int);
    if data.is_null() || (width, height) != planned || stride < width.saturating_mul(4) {
        return Err(Error::malformed("heic: the picture is not as large as its boxes say"));
    }
    let (stride, width) = (stride as usize, width as usize);
    Ok(Picture { _image: image, data, stride, width })
}
