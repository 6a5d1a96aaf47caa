import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Copies the classes of a package that use grpc-netty, so that the copies use grpc-netty-shaded:
 * the same library, in which netty's and grpc-netty's packages have other names. Names are texts in
 * a class file's constant pool (JVMS 4.4), which all else refers to by number.
 *
 * <p>Arguments: the folder of classes, the package to copy, the package to copy to, both with
 * slashes.
 */
public final class ShadedNetty {
  private static final String PREFIX = "io/grpc/netty/shaded/";

  private final String from;
  private final String to;

  private ShadedNetty(String from, String to) {
    this.from = from + '/';
    this.to = to + '/';
  }

  public static void main(String[] args) throws IOException {
    Path classes = Path.of(args[0]);
    ShadedNetty copy = new ShadedNetty(args[1], args[2]);
    Path target = Files.createDirectories(classes.resolve(args[2]));
    try (Stream<Path> files = Files.list(classes.resolve(args[1]))) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.write(target.resolve(file.getFileName()), copy.renamed(Files.readAllBytes(file)));
      }
    }
  }

  private byte[] renamed(byte[] original) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(original.length + 4096);
    try (DataInputStream in = new DataInputStream(new java.io.ByteArrayInputStream(original));
        DataOutputStream out = new DataOutputStream(bytes)) {
      out.write(in.readNBytes(8));
      int count = in.readUnsignedShort();
      out.writeShort(count);
      for (int i = 1; i < count; i++) {
        int tag = in.readUnsignedByte();
        out.writeByte(tag);
        switch (tag) {
          case 1 -> out.writeUTF(renamed(in.readUTF()));
          case 7, 8, 16, 19, 20 -> out.write(in.readNBytes(2));
          case 15 -> out.write(in.readNBytes(3));
          case 3, 4, 9, 10, 11, 12, 17, 18 -> out.write(in.readNBytes(4));
          case 5, 6 -> {
            out.write(in.readNBytes(8));
            i++; // takes two entries
          }
          default -> throw new IOException("constant pool tag " + tag);
        }
      }
      in.transferTo(out);
    }
    return bytes.toByteArray();
  }

  private String renamed(String text) {
    return text.replace(from, to).replaceAll("io/(grpc/)?netty/", PREFIX + "$0");
  }
}
