using System.Text;

namespace Cluster.Tests.Processes;

/// <summary>A message of protocol buffers, field by field; what OTLP is written in.</summary>
internal sealed class Wire
{
    private readonly List<(int Field, ReadOnlyMemory<byte> Bytes)> _fields = [];

    public Wire(ReadOnlyMemory<byte> message)
    {
        while (!message.IsEmpty)
        {
            var tag = Number(ref message);
            var length = (tag & 7) switch
            {
                0 => Varint(message),
                1 => 8,
                2 => (int)Number(ref message),
                5 => 4,
                _ => throw new FormatException($"{tag & 7} is no kind of field"),
            };
            _fields.Add(((int)(tag >> 3), message[..length]));
            message = message[length..];
        }
    }

    public IEnumerable<Wire> Messages(int field) => All(field).Select(bytes => new Wire(bytes));

    public string Text(int field) => Encoding.UTF8.GetString(One(field).Span);

    public string Hex(int field) => Convert.ToHexStringLower(One(field).Span);

    private ReadOnlyMemory<byte> One(int field) => All(field).FirstOrDefault();

    private IEnumerable<ReadOnlyMemory<byte>> All(int field) => _fields.Where(f => f.Field == field).Select(f => f.Bytes);

    private static int Varint(ReadOnlyMemory<byte> bytes)
    {
        var length = 1;
        while ((bytes.Span[length - 1] & 0x80) != 0)
        {
            length++;
        }

        return length;
    }

    private static ulong Number(ref ReadOnlyMemory<byte> bytes)
    {
        var length = Varint(bytes);
        var value = 0UL;
        for (var i = 0; i < length; i++)
        {
            value |= (ulong)(bytes.Span[i] & 0x7f) << (7 * i);
        }

        bytes = bytes[length..];
        return value;
    }
}
