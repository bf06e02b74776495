using System.Text;

namespace Azure.Tests.Terraform;

/// <summary>As much of protocol buffers' wire format as a schema needs: numbers, text, and messages in messages.</summary>
internal sealed class ProtoWriter
{
    private const int Varint = 0;
    private const int Delimited = 2;

    private readonly MemoryStream _bytes = new();

    public ProtoWriter Number(int field, long value)
    {
        if (value != 0)
        {
            Raw((field << 3) | Varint);
            Raw(value);
        }

        return this;
    }

    public ProtoWriter Flag(int field, bool value) => Number(field, value ? 1 : 0);

    public ProtoWriter Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public ProtoWriter Message(int field, ProtoWriter message) => Bytes(field, message.ToArray());

    public byte[] ToArray() => _bytes.ToArray();

    private ProtoWriter Bytes(int field, byte[] value)
    {
        Raw((field << 3) | Delimited);
        Raw(value.Length);
        _bytes.Write(value);
        return this;
    }

    private void Raw(long value)
    {
        var rest = (ulong)value;
        for (; rest > 0x7f; rest >>= 7)
        {
            _bytes.WriteByte((byte)(rest | 0x80));
        }

        _bytes.WriteByte((byte)rest);
    }
}
