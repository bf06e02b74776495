namespace Orleans.Runtime;

/// <summary>FNV-1a: string.GetHashCode differs from process to process, and a replayed run must not.</summary>
internal static class StableHash
{
    public const ulong Seed = 14695981039346656037;

    public static ulong Add(ulong hash, string text)
    {
        foreach (var c in text)
        {
            hash = (hash ^ c) * 1099511628211;
        }

        return (hash ^ 0xFFFF) * 1099511628211;
    }

    public static ulong Add(ulong hash, long value) => (hash ^ (ulong)value) * 1099511628211;

    public static uint Of(string text)
    {
        var hash = Add(Seed, text);
        return (uint)(hash ^ (hash >> 32));
    }
}
