//! Pictures: a canvas of a few colours, and the simplest PNG of it (RFC 2083; RFC 1950 and 1951, stored blocks).

/// A colour: red, green, blue.
pub(super) type Colour = [u8; 3];

const WHITE: Colour = [255, 255, 255];

/// What is drawn on.
#[derive(Debug)]
pub(super) struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<Colour>,
}

impl Canvas {
    pub(super) fn new(width: usize, height: usize) -> Canvas {
        Canvas { width, height, pixels: vec![WHITE; width * height] }
    }

    /// Paints one pixel; outside of the canvas nothing.
    pub(super) fn dot(&mut self, x: usize, y: usize, colour: Colour) {
        if x < self.width
            && y < self.height
            && let Some(pixel) = self.pixels.get_mut(y * self.width + x)
        {
            *pixel = colour;
        }
    }

    #[cfg(test)]
    pub(super) fn at(&self, x: usize, y: usize) -> Option<Colour> {
        self.pixels.get(y * self.width + x).copied()
    }

    /// The picture as a PNG: eight bits a colour, no filter, not compressed.
    pub(super) fn png(&self) -> Vec<u8> {
        let mut lines = Vec::with_capacity((self.width * 3 + 1) * self.height);
        for line in self.pixels.chunks(self.width.max(1)) {
            lines.push(0);
            lines.extend(line.iter().flatten());
        }
        let size = |length: usize| (length as u32).to_be_bytes();
        let header = [&size(self.width)[..], &size(self.height)[..], &[8, 2, 0, 0, 0]].concat();
        let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
        for (kind, data) in [(b"IHDR", header), (b"IDAT", stored(&lines)), (b"IEND", Vec::new())] {
            png.extend(size(data.len()));
            let chunk = [&kind[..], &data].concat();
            png.extend(&chunk);
            png.extend(crc32(&chunk).to_be_bytes());
        }
        png
    }
}

/// A zlib stream of stored blocks.
fn stored(data: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let blocks: Vec<&[u8]> = data.chunks(usize::from(u16::MAX)).collect();
    for (number, block) in blocks.iter().enumerate() {
        let length = block.len() as u16;
        stream.push(u8::from(number + 1 == blocks.len()));
        stream.extend(length.to_le_bytes());
        stream.extend((!length).to_le_bytes());
        stream.extend(*block);
    }
    stream.extend(adler32(data).to_be_bytes());
    stream
}

fn adler32(data: &[u8]) -> u32 {
    let (low, high) = data.iter().fold((1_u32, 0_u32), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % 65_521;
        (low, (high + low) % 65_521)
    });
    (high << 16) | low
}

fn crc32(data: &[u8]) -> u32 {
    let remainder =
        |byte: u32| (0..8).fold(byte, |rest, _| if rest & 1 == 1 { (rest >> 1) ^ 0xEDB8_8320 } else { rest >> 1 });
    !data.iter().fold(u32::MAX, |crc, byte| (crc >> 8) ^ remainder((crc ^ u32::from(*byte)) & 0xFF))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sums_are_those_that_the_standards_give() {
        assert_eq!(crc32(b"IEND"), 0xAE42_6082);
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(adler32(b"Wikipedia"), 0x11E6_0398);
    }

    #[test]
    fn a_picture_is_a_header_its_lines_and_an_end() {
        let mut canvas = Canvas::new(2, 1);
        canvas.dot(1, 0, [1, 2, 3]);
        canvas.dot(2, 0, [9, 9, 9]);
        let png = canvas.png();
        assert_eq!(png.get(..16), Some(&b"\x89PNG\r\n\x1a\n\0\0\0\x0DIHDR"[..]));
        assert_eq!(png.get(16..29), Some(&[0, 0, 0, 2, 0, 0, 0, 1, 8, 2, 0, 0, 0][..]));
        // One stored block of seven bytes: no filter, a white pixel, and the one that was painted.
        let block = [0x78, 0x01, 1, 7, 0, 0xF8, 0xFF, 0, 255, 255, 255, 1, 2, 3];
        assert_eq!(png.get(41..55), Some(&block[..]));
        assert!(png.ends_with(b"IEND\xAE\x42\x60\x82"));
    }

    #[test]
    fn a_large_picture_takes_several_blocks() {
        let data = vec![7; 70_000];
        let stream = stored(&data);
        assert_eq!(stream.len(), 2 + 2 * 5 + data.len() + 4);
        assert_eq!((stream.get(2), stream.get(2 + 5 + 65_535)), (Some(&0), Some(&1)));
    }
}
