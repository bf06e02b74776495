using System.Buffers;

namespace Grains.Storage.Codec;

/// <summary>
/// Where a record is written whose length is not known yet. It grows by borrowing: a snapshot of megabytes would otherwise leave a trail of large arrays,
/// and large arrays make the collector go through everything that there is.
/// </summary>
internal sealed class ScratchBuffer : IBufferWriter<byte>
{
    /// <summary>As much is kept between records; what grew larger is given back.</summary>
    private const int Kept = 64 * 1024;

    private const int Smallest = 1024;

    private byte[] _bytes = [];
    private int _count;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _count);

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _bytes.Length - _count);
        _count += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        MakeRoom(sizeHint);
        return _bytes.AsMemory(_count);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        MakeRoom(sizeHint);
        return _bytes.AsSpan(_count);
    }

    /// <summary>Ready for the next record.</summary>
    public void Clear()
    {
        _count = 0;
        if (_bytes.Length > Kept)
        {
            GiveBack();
            _bytes = [];
        }
    }

    private void MakeRoom(int wanted)
    {
        var needed = checked(_count + Math.Max(wanted, 1));
        if (needed <= _bytes.Length)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, (int)Math.Min(Math.Max(2L * _bytes.Length, Smallest), Array.MaxLength)));
        Written.CopyTo(larger);
        GiveBack();
        _bytes = larger;
    }

    private void GiveBack()
    {
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }
    }
}
