/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import net.bytebuddy.agent.ByteBuddyAgent;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * For modules that weave the JDK's own classes, which see none of the test's: puts the seam and the
 * module's helpers where the JDK finds them, before any of them is loaded. The module's tests name
 * this listener as a service and the module's hook in the system property {@code weft.hook}.
 */
public final class BootstrapHelpers implements LauncherSessionListener {
  private static final String SEAM = "dev/weft/agent/seam";

  @Override
  public void launcherSessionOpened(LauncherSession session) {
    try {
      Path jar = Files.createTempFile("weft-helpers", ".jar");
      jar.toFile().deleteOnExit();
      try (OutputStream file = Files.newOutputStream(jar);
          ZipOutputStream out = new ZipOutputStream(file)) {
        for (String helper : helpers()) {
          add(out, helper.replace('.', '/') + ".class");
        }
        for (String seam : seam()) {
          add(out, seam);
        }
      }
      ByteBuddyAgent.install().appendToBootstrapClassLoaderSearch(new JarFile(jar.toFile()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<String> helpers() throws IOException {
    String list = "META-INF/weft/helpers/" + System.getProperty("weft.hook");
    try (InputStream in = resource(list).openStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  private static List<String> seam() throws IOException, URISyntaxException {
    URL folder = resource(SEAM + "/Outbound.class");
    if (folder.getProtocol().equals("file")) {
      return names(Path.of(folder.toURI()).resolveSibling(""));
    }
    try (FileSystem jar = FileSystems.newFileSystem(folder.toURI(), java.util.Map.of())) {
      return names(jar.getPath(SEAM));
    }
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> SEAM + '/' + file.getFileName()).toList();
    }
  }

  private static void add(ZipOutputStream out, String name) throws IOException {
    out.putNextEntry(new ZipEntry(name));
    try (InputStream in = resource(name).openStream()) {
      in.transferTo(out);
    }
    out.closeEntry();
  }

  private static URL resource(String name) {
    URL resource = BootstrapHelpers.class.getClassLoader().getResource(name);
    if (resource == null) {
      throw new IllegalStateException(name + " is not on the class path");
    }
    return resource;
  }
}
