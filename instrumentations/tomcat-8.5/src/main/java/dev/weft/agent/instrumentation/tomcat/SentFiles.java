/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.tomcat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.tomcat.util.net.SendfileDataBase;
import org.apache.tomcat.util.net.SendfileState;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

/**
 * Files that an application asks the connector to send. The system's copying would go past TLS, in
 * plaintext: over a connection of which we encrypt the bytes they are read and written.
 */
final class SentFiles {
  private static final int PART = 16 * 1024;

  private SentFiles() {}

  /** Sends a file; returns null if it may be left to the library. */
  static @Nullable SendfileState send(SocketWrapperBase<?> wrapper, SendfileDataBase file) {
    if (Connections.of(wrapper) == null) {
      return null;
    }
    try (FileChannel content = FileChannel.open(Path.of(file.fileName), StandardOpenOption.READ)) {
      ByteBuffer part = ByteBuffer.allocate(PART);
      while (file.length > 0) {
        part.clear().limit((int) Math.min(PART, file.length));
        int count = content.read(part, file.pos);
        if (count < 0) {
          return SendfileState.ERROR; // it has become shorter
        }
        wrapper.write(true, part.array(), 0, count);
        file.pos += count;
        file.length -= count;
      }
      wrapper.flush(true);
      return SendfileState.DONE;
    } catch (IOException e) {
      return SendfileState.ERROR;
    }
  }
}
