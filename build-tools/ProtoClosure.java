import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes the import closure of the xDS protos that Weft needs out of the jars that ship them, and
 * lays it out for protoc.
 *
 * <p>For {@code full} every file is compiled in its own Java package. For {@code lite} the Java
 * package of every file, the well-known types included, is put under {@code
 * dev.weft.protocol.lite}, so that full and lite classes can be told apart; the files that only
 * define custom options are needed to read the others, but are not compiled: the lite runtime has
 * no options.
 *
 * <p>Arguments: {@code full|lite}, the file that lists the roots, the folder of our own protos, the
 * output folder (gets {@code compile/} and {@code import/}), then the jars to look in.
 */
public final class ProtoClosure {
  private static final Pattern IMPORT =
      Pattern.compile("^import\\s+(?:public\\s+|weak\\s+)?\"([^\"]+)\";", Pattern.MULTILINE);
  private static final Pattern JAVA_PACKAGE =
      Pattern.compile("^option java_package = \"([^\"]+)\";", Pattern.MULTILINE);
  private static final List<String> OPTION_FILES =
      List.of(
          "validate/",
          "udpa/annotations/",
          "xds/annotations/",
          "envoy/annotations/",
          "google/protobuf/descriptor.proto");
  private static final String LITE = "dev.weft.protocol.lite.";

  private final boolean lite;
  private final List<Path> sources;

  private ProtoClosure(boolean lite, List<Path> sources) {
    this.lite = lite;
    this.sources = sources;
  }

  public static void main(String[] args) throws IOException {
    List<Path> sources = new ArrayList<>(List.of(Path.of(args[2])));
    List<FileSystem> open = new ArrayList<>();
    for (int i = 4; i < args.length; i++) {
      FileSystem jar = FileSystems.newFileSystem(Path.of(args[i]));
      open.add(jar);
      sources.add(jar.getPath("/"));
    }
    List<String> roots =
        Files.readAllLines(Path.of(args[1])).stream()
            .map(String::strip)
            .filter(line -> !line.isEmpty() && !line.startsWith("#"))
            .toList();
    int count = new ProtoClosure(args[0].equals("lite"), sources).write(roots, Path.of(args[3]));
    for (FileSystem jar : open) {
      jar.close();
    }
    System.out.println("proto closure (" + args[0] + "): " + count + " files");
  }

  private int write(List<String> roots, Path out) throws IOException {
    Set<String> seen = new TreeSet<>();
    Deque<String> todo = new ArrayDeque<>(roots);
    while (!todo.isEmpty()) {
      String name = todo.remove();
      if (!seen.add(name)) {
        continue;
      }
      String text = read(name);
      Matcher imports = IMPORT.matcher(text);
      while (imports.find()) {
        todo.add(imports.group(1));
      }
      writeIfChanged(out.resolve(folder(name)).resolve(name), lite ? renamed(text) : text);
    }
    return seen.size();
  }

  private String folder(String name) {
    boolean wellKnown = !lite && name.startsWith("google/protobuf/");
    boolean options = lite && OPTION_FILES.stream().anyMatch(name::startsWith);
    return wellKnown || options ? "import" : "compile";
  }

  private String read(String name) {
    for (Path source : sources) {
      Path file = source.resolve(name);
      if (Files.exists(file)) {
        try {
          return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
    throw new IllegalArgumentException(name + ": not in any of " + sources);
  }

  private static String renamed(String text) {
    return JAVA_PACKAGE
        .matcher(text)
        .replaceAll(match -> "option java_package = \"" + liteName(match.group(1)) + "\";");
  }

  private static String liteName(String javaPackage) {
    for (String prefix : List.of("io.envoyproxy.", "com.google.", "com.github.", "dev.weft.protocol.")) {
      if (javaPackage.startsWith(prefix)) {
        return LITE + javaPackage.substring(prefix.length());
      }
    }
    return LITE + javaPackage;
  }

  private static void writeIfChanged(Path file, String text) throws IOException {
    if (Files.exists(file) && Files.readString(file).equals(text)) {
      return;
    }
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
