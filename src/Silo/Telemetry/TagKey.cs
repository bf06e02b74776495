namespace Silo.Telemetry;

/// <summary>A measurement's tags as a dictionary key that is looked up without allocating.</summary>
internal readonly record struct TagKey(KeyValuePair<string, object?>[] Tags)
{
    public static TagKey Of(ReadOnlySpan<KeyValuePair<string, object?>> tags) => new(tags.ToArray());

    public static IEqualityComparer<TagKey> Comparer { get; } = new ByTags();

    private sealed class ByTags : IEqualityComparer<TagKey>, IAlternateEqualityComparer<ReadOnlySpan<KeyValuePair<string, object?>>, TagKey>
    {
        public bool Equals(TagKey x, TagKey y) => Equals(x.Tags.AsSpan(), y);

        public int GetHashCode(TagKey key) => GetHashCode(key.Tags.AsSpan());

        public TagKey Create(ReadOnlySpan<KeyValuePair<string, object?>> alternate) => Of(alternate);

        public bool Equals(ReadOnlySpan<KeyValuePair<string, object?>> alternate, TagKey other)
        {
            if (alternate.Length != other.Tags.Length)
                return false;
            for (var i = 0; i < alternate.Length; i++)
            {
                if (alternate[i].Key != other.Tags[i].Key || !Equals(alternate[i].Value, other.Tags[i].Value))
                    return false;
            }

            return true;
        }

        public int GetHashCode(ReadOnlySpan<KeyValuePair<string, object?>> alternate)
        {
            var hash = new HashCode();
            foreach (var (key, value) in alternate)
            {
                hash.Add(key);
                hash.Add(value);
            }

            return hash.ToHashCode();
        }
    }
}
