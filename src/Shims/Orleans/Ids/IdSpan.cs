namespace Orleans.Runtime;

/// <summary>One part of a grain's identity as text. The real one holds UTF-8 bytes; nothing of ours looks at those.</summary>
public readonly struct IdSpan(string value) : IEquatable<IdSpan>, IComparable<IdSpan>
{
    private readonly string? _value = value;

    public bool IsDefault => string.IsNullOrEmpty(_value);

    public static IdSpan Create(string id) => new(id);

    public bool Equals(IdSpan obj) => string.Equals(_value, obj._value, StringComparison.Ordinal);

    public override bool Equals(object? obj) => obj is IdSpan other && Equals(other);

    public override int GetHashCode() => _value is null ? 0 : string.GetHashCode(_value, StringComparison.Ordinal);

    /// <summary>The same on every run and machine.</summary>
    public uint GetUniformHashCode() => StableHash.Of(_value ?? "");

    public int CompareTo(IdSpan other) => string.CompareOrdinal(_value, other._value);

    public override string ToString() => _value ?? "";

    public static bool operator ==(IdSpan left, IdSpan right) => left.Equals(right);

    public static bool operator !=(IdSpan left, IdSpan right) => !left.Equals(right);
}
