using System.Buffers;

namespace k8s;

/// <summary>Lines of bytes out of a stream, in one buffer that grows to the longest of them: no line is ever a string.</summary>
internal sealed class LineReader(Stream stream) : IDisposable
{
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(32 * 1024);
    private int _start;
    private int _searched;
    private int _end;

    /// <summary>The next line without its end; null at the end of the stream. Good until the next call. A last line that has no end was cut off, and is no line.</summary>
    public async ValueTask<ReadOnlyMemory<byte>?> Next(CancellationToken cancellationToken)
    {
        while (true)
        {
            var found = _buffer.AsSpan(_searched, _end - _searched).IndexOf((byte)'\n');
            if (found >= 0)
            {
                var line = _buffer.AsMemory(_start, _searched + found - _start);
                _start = _searched = _searched + found + 1;
                if (line.Length > 0)
                {
                    return line;
                }

                continue;
            }

            _searched = _end;
            MakeRoom();
            var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return null;
            }

            _end += read;
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        stream.Dispose();
    }

    private void MakeRoom()
    {
        if (_start == _end)
        {
            _start = _searched = _end = 0;
        }
        else if (_end == _buffer.Length)
        {
            var kept = _end - _start;
            var target = kept > _buffer.Length / 2 ? ArrayPool<byte>.Shared.Rent(_buffer.Length * 2) : _buffer;
            Buffer.BlockCopy(_buffer, _start, target, 0, kept);
            if (target != _buffer)
            {
                ArrayPool<byte>.Shared.Return(_buffer);
                _buffer = target;
            }

            (_start, _searched, _end) = (0, _searched - _start, kept);
        }
    }
}
