//! The only door for foreign text on its way to a screen, standard output or the clipboard.
