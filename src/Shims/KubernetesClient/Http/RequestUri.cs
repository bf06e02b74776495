using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace k8s;

/// <summary>A path below the server's address, and what is asked for: every part escaped.</summary>
internal readonly struct RequestUri(RequestUri.Handler path)
{
    private readonly StringBuilder _text = path.Text;

    public RequestUri With(string name, string value)
    {
        if (value is not null)
        {
            Name(name).Append(Uri.EscapeDataString(value));
        }

        return this;
    }

    public RequestUri With(string name, int? value)
    {
        if (value is { } number)
        {
            Name(name).Append(CultureInfo.InvariantCulture, $"{number}");
        }

        return this;
    }

    public RequestUri With(string name, bool? value)
    {
        if (value is { } yes)
        {
            Name(name).Append(yes ? "true" : "false");
        }

        return this;
    }

    // Objects without a group are served under another root.
    public override string ToString() => _text.Replace("apis//", "api/", 0, Math.Min(6, _text.Length)).ToString();

    private StringBuilder Name(string name)
    {
        var isFirst = true;
        foreach (var chunk in _text.GetChunks())
        {
            isFirst &= !chunk.Span.Contains('?');
        }

        return _text.Append(isFirst ? '?' : '&').Append(name).Append('=');
    }

    [InterpolatedStringHandler]
    internal readonly struct Handler(int literalLength, int formattedCount)
    {
        public StringBuilder Text { get; } = new(literalLength + (formattedCount * 32) + 32);

        public void AppendLiteral(string part) => Text.Append(part);

        public void AppendFormatted(string part)
        {
            ArgumentNullException.ThrowIfNull(part);
            Text.Append(Uri.EscapeDataString(part));
        }
    }
}
