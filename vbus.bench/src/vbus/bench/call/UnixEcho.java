// SPDX-License-Identifier: Apache-2.0
package vbus.bench.call;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;

/// What a user would otherwise write: 16 bytes over a UNIX socket, sent back. Both sides block.
final class UnixEcho implements CallPath {

    private static final int BYTES = 16;

    @Override
    public String name() {
        return "unix";
    }

    @Override
    public void answer(Path folder, Runnable ready, BooleanSupplier over) throws IOException {
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(address(folder));
            ready.run();
            try (SocketChannel channel = server.accept()) {
                final ByteBuffer bytes = ByteBuffer.allocateDirect(BYTES);
                while (!over.getAsBoolean() && read(channel, bytes)) {
                    write(channel, bytes);
                }
            }
        }
    }

    @Override
    public Asking ask(Path folder) throws IOException {
        final SocketChannel channel = SocketChannel.open(address(folder));
        final ByteBuffer bytes = ByteBuffer.allocateDirect(BYTES);
        return new Asking() {
            @Override
            public void roundTrip() throws IOException {
                bytes.clear();
                write(channel, bytes);
                if (!read(channel, bytes)) {
                    throw new IOException("the other side closed the socket");
                }
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        };
    }

    private static UnixDomainSocketAddress address(Path folder) {
        return UnixDomainSocketAddress.of(folder.resolve("socket"));
    }

    private static void write(SocketChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /// A whole message, ready to be written; false at the end.
    private static boolean read(SocketChannel channel, ByteBuffer bytes) throws IOException {
        bytes.clear();
        while (bytes.hasRemaining()) {
            if (channel.read(bytes) < 0) {
                return false;
            }
        }
        bytes.flip();
        return true;
    }
}
