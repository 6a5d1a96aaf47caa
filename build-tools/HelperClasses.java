import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Lists the classes that an instrumentation module's advice needs beside the seam and the library:
 * all of the module's own but those that speak to the agent's extension API, that is, the module's
 * declaration. Reads class files, loads none.
 *
 * <p>Arguments: the folder of classes, the file to write.
 */
public final class HelperClasses {
  private static final List<String> DECLARATION =
      List.of("io/opentelemetry/javaagent/extension/", "dev/weft/agent/instrumentation/Weft");

  private HelperClasses() {}

  public static void main(String[] args) throws IOException {
    Path classes = Path.of(args[0]);
    Set<String> helpers = new TreeSet<>();
    try (Stream<Path> files = Files.walk(classes)) {
      for (Path file : (Iterable<Path>) files.filter(f -> f.toString().endsWith(".class"))::iterator) {
        String name = classes.relativize(file).toString().replace('\\', '/');
        name = name.substring(0, name.length() - ".class".length());
        if (!name.endsWith("package-info") && isHelper(file)) {
          helpers.add(name.replace('/', '.'));
        }
      }
    }
    Path output = Path.of(args[1]);
    Files.createDirectories(output.getParent());
    Files.writeString(output, String.join("\n", helpers) + "\n");
  }

  private static boolean isHelper(Path file) throws IOException {
    for (String text : strings(file)) {
      for (String prefix : DECLARATION) {
        if (text.startsWith(prefix)) {
          return false;
        }
      }
    }
    return true;
  }

  /** Returns the UTF-8 entries of a class file's constant pool (JVMS 4.4). */
  private static Set<String> strings(Path file) throws IOException {
    Set<String> strings = new HashSet<>();
    try (DataInputStream in =
        new DataInputStream(new java.io.BufferedInputStream(Files.newInputStream(file)))) {
      in.skipNBytes(8);
      int count = in.readUnsignedShort();
      for (int i = 1; i < count; i++) {
        int tag = in.readUnsignedByte();
        switch (tag) {
          case 1 -> strings.add(in.readUTF());
          case 7, 8, 16, 19, 20 -> in.skipNBytes(2);
          case 15 -> in.skipNBytes(3);
          case 3, 4, 9, 10, 11, 12, 17, 18 -> in.skipNBytes(4);
          case 5, 6 -> {
            in.skipNBytes(8);
            i++; // takes two entries
          }
          default -> throw new IOException(file + ": constant pool tag " + tag);
        }
      }
    }
    return strings;
  }
}
