//! The layout of a message.
