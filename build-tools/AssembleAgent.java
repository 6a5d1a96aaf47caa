import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Makes the agent's jar: upstream's OpenTelemetry Java agent, with Weft's classes where it keeps its
 * own, under {@code inst/} as {@code .classdata}. Upstream's entries are copied as they are,
 * compressed, so this takes about a second; the same input gives the same bytes.
 *
 * <p>Arguments: upstream's jar, the jar of our classes (relocated as upstream relocates its own),
 * the folder with LICENSE and NOTICE, our version, the entries' time (ISO 8601), the output.
 */
public final class AssembleAgent {
  private static final String SERVICES = "META-INF/services/";
  private static final String LICENSES = "META-INF/licenses/weft/";

  private static final String HELPERS = "META-INF/weft/helpers/";

  /** The agent's own libraries, and what helpers can see under another name only. */
  private static final String[] NOT_IN_HELPERS = {"dev/weft/shaded/", "dev/weft/agent/seam/"};

  private AssembleAgent() {}

  public static void main(String[] args) throws IOException {
    Path upstream = Path.of(args[0]);
    FileTime time = FileTime.from(Instant.parse(args[4]));
    Path output = Path.of(args[5]);
    Path unfinished = output.resolveSibling(output.getFileName() + ".unfinished");
    Files.copy(upstream, unfinished, StandardCopyOption.REPLACE_EXISTING);
    Map<String, byte[]> added = ours(Path.of(args[1]));
    checkHelpers(added);
    for (String text : new String[] {"LICENSE", "NOTICE"}) {
      added.put(LICENSES + text, Files.readAllBytes(Path.of(args[2]).resolve(text)));
    }
    try (FileSystem jar = FileSystems.newFileSystem(unfinished)) {
      added.put(JarFile.MANIFEST_NAME, manifest(jar, args[3]));
      for (Map.Entry<String, byte[]> entry : added.entrySet()) {
        Path path = jar.getPath(entry.getKey());
        byte[] content = entry.getValue();
        if (entry.getKey().startsWith("inst/" + SERVICES) && Files.exists(path)) {
          content = merged(Files.readAllBytes(path), content);
        } else if (Files.exists(path) && !entry.getKey().equals(JarFile.MANIFEST_NAME)) {
          throw new IOException(entry.getKey() + " is in upstream's jar too");
        }
        if (path.getParent() != null) {
          createFolders(path.getParent(), time);
        }
        Files.write(path, content);
        Files.getFileAttributeView(path, BasicFileAttributeView.class).setTimes(time, time, time);
      }
    }
    Files.move(unfinished, output, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Returns the entries to add by name, sorted. */
  private static Map<String, byte[]> ours(Path jar) throws IOException {
    Map<String, byte[]> entries = new TreeMap<>();
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      for (ZipEntry entry : (Iterable<ZipEntry>) zip.stream().<ZipEntry>map(e -> e)::iterator) {
        String name = entry.getName();
        if (!entry.isDirectory() && isWanted(name)) {
          try (InputStream in = zip.getInputStream(entry)) {
            entries.put(renamed(name), in.readAllBytes());
          }
        }
      }
    }
    return entries;
  }

  /**
   * Checks that what is injected beside an application's library speaks of that library, never of
   * the agent's own copy: shading must have left such a module's classes alone.
   */
  private static void checkHelpers(Map<String, byte[]> entries) throws IOException {
    int lists = 0;
    for (Map.Entry<String, byte[]> list : entries.entrySet()) {
      if (!list.getKey().startsWith("inst/" + HELPERS)) {
        continue;
      }
      lists++;
      for (String helper : new String(list.getValue(), StandardCharsets.UTF_8).lines().toList()) {
        byte[] content = entries.get(renamed(helper.replace('.', '/') + ".class"));
        if (content == null) {
          throw new IOException(list.getKey() + ": " + helper + " is not in the jar");
        }
        String constants = new String(content, StandardCharsets.ISO_8859_1);
        for (String wrong : NOT_IN_HELPERS) {
          if (constants.contains(wrong) || constants.contains(wrong.replace('/', '.'))) {
            throw new IOException(
                list.getKey()
                    + ": "
                    + helper
                    + " refers to "
                    + wrong
                    + " (expected: the application's; see agent/extension's shading)");
          }
        }
      }
    }
    if (lists == 0) {
      throw new IOException("no " + HELPERS + " (expected: one list for each hook)");
    }
  }

  private static boolean isWanted(String name) {
    return !name.equals(JarFile.MANIFEST_NAME)
        && !name.startsWith("META-INF/maven/")
        && !name.startsWith("META-INF/versions/")
        && !name.endsWith("module-info.class")
        && !name.endsWith("package-info.class");
  }

  private static String renamed(String name) {
    if (name.startsWith(LICENSES)) {
      return name;
    }
    return "inst/"
        + (name.endsWith(".class") ? name.substring(0, name.length() - 5) + "classdata" : name);
  }

  /** Returns upstream's manifest under our name and version. */
  private static byte[] manifest(FileSystem jar, String version) throws IOException {
    Manifest manifest;
    try (InputStream in = Files.newInputStream(jar.getPath(JarFile.MANIFEST_NAME))) {
      manifest = new Manifest(in);
    }
    Attributes attributes = manifest.getMainAttributes();
    attributes.putValue("Weft-Upstream-Version", attributes.getValue("Implementation-Version"));
    attributes.putValue("Implementation-Title", "weft-agent");
    attributes.putValue("Implementation-Version", version);
    attributes.putValue("Implementation-Vendor", "Weft");
    attributes.remove(new Attributes.Name("Implementation-URL"));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    manifest.write(out);
    return out.toByteArray();
  }

  private static byte[] merged(byte[] upstream, byte[] ours) {
    Set<String> lines = new LinkedHashSet<>();
    for (byte[] services : new byte[][] {upstream, ours}) {
      new String(services, StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank())
          .forEach(lines::add);
    }
    return (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private static void createFolders(Path folder, FileTime time) throws IOException {
    if (Files.exists(folder)) {
      return;
    }
    if (folder.getParent() != null) {
      createFolders(folder.getParent(), time);
    }
    Files.createDirectory(folder);
    Files.getFileAttributeView(folder, BasicFileAttributeView.class).setTimes(time, time, time);
  }
}
