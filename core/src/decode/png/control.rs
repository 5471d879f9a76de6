//! What a frame control chunk says: place, time, and how the frame meets the canvas.

use png::{BlendOp, DisposeOp, FrameControl};

use crate::decode::compose::{Blend, Dispose, Place};

/// One frame of an animation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Control {
    pub place: Place,
    /// The frame lasts `ticks` of which `scale` are a second.
    pub ticks: u32,
    pub scale: u32,
}

impl Control {
    /// Reads a chunk; `None` when it makes no sense.
    pub fn read(data: &[u8]) -> Option<Self> {
        let (words, rest) = data.as_chunks::<4>();
        let [_, width, height, left, top, time] = *words else { return None };
        let [width, height, left, top] = [width, height, left, top].map(u32::from_be_bytes);
        let &[dispose, blend] = rest else { return None };
        let [n1, n0, d1, d0] = time;
        Some(Control::new(
            [left, top, width, height],
            DisposeOp::from_u8(dispose)?,
            BlendOp::from_u8(blend)?,
            (u16::from_be_bytes([n1, n0]), u16::from_be_bytes([d1, d0])),
        ))
    }

    /// The same as the decoder read it.
    pub fn from_decoder(control: &FrameControl) -> Self {
        Control::new(
            [control.x_offset, control.y_offset, control.width, control.height],
            control.dispose_op,
            control.blend_op,
            (control.delay_num, control.delay_den),
        )
    }

    fn new(
        [left, top, width, height]: [u32; 4],
        dispose: DisposeOp,
        blend: BlendOp,
        (ticks, scale): (u16, u16),
    ) -> Self {
        let dispose = match dispose {
            DisposeOp::None => Dispose::Keep,
            DisposeOp::Background => Dispose::Clear,
            DisposeOp::Previous => Dispose::Restore,
        };
        let blend = match blend {
            BlendOp::Source => Blend::Source,
            BlendOp::Over => Blend::Over,
        };
        Control {
            place: Place { left, top, width, height, blend, dispose },
            ticks: u32::from(ticks),
            // The format says that 0 stands for 100.
            scale: if scale == 0 { 100 } else { u32::from(scale) },
        }
    }
}
