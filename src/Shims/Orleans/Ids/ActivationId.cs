using System.Runtime.CompilerServices;

namespace Orleans.Runtime;

/// <summary>Names one life of a grain.</summary>
public readonly struct ActivationId(Guid key) : IEquatable<ActivationId>
{
    private static readonly long s_process = BitConverter.ToInt64(Guid.NewGuid().ToByteArray());
    private static long s_last;

    private readonly Guid _key = key;

    public bool IsDefault => _key == Guid.Empty;

    /// <summary>Random for the process and counted within it: asking the system for randomness each time costs more than the rest of an activation's ids.</summary>
    public static ActivationId NewId() => new(Unsafe.BitCast<(long, long), Guid>((s_process, Interlocked.Increment(ref s_last))));

    public bool Equals(ActivationId other) => _key == other._key;

    public override bool Equals(object? obj) => obj is ActivationId other && Equals(other);

    public override int GetHashCode() => _key.GetHashCode();

    public string ToParsableString() => _key.ToString("N");

    public override string ToString() => $"@{_key:N}";

    public static bool operator ==(ActivationId left, ActivationId right) => left.Equals(right);

    public static bool operator !=(ActivationId left, ActivationId right) => !left.Equals(right);
}
