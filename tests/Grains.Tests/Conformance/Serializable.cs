using System.Collections.Immutable;
using System.Net;
using System.Numerics;

namespace Grains.Tests.Conformance;

/// <summary>Whether Orleans' serializer has something for a type: the part of its list that grains may come to use.</summary>
internal static class Serializable
{
    private static readonly HashSet<Type> s_known =
    [
        typeof(bool), typeof(byte), typeof(sbyte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long), typeof(ulong), typeof(char),
        typeof(float), typeof(double), typeof(decimal), typeof(Half), typeof(Int128), typeof(UInt128), typeof(BigInteger), typeof(string), typeof(Guid), typeof(object),
        typeof(DateTime), typeof(DateTimeOffset), typeof(TimeSpan), typeof(DateOnly), typeof(TimeOnly), typeof(Uri), typeof(Version), typeof(Type),
        typeof(IPAddress), typeof(IPEndPoint), typeof(CancellationToken), typeof(GrainId), typeof(GrainType), typeof(SiloAddress), typeof(IdSpan),
    ];

    private static readonly HashSet<Type> s_collections =
    [
        typeof(List<>), typeof(HashSet<>), typeof(SortedSet<>), typeof(Queue<>), typeof(Dictionary<,>), typeof(SortedDictionary<,>), typeof(Nullable<>), typeof(KeyValuePair<,>),
        typeof(ImmutableArray<>), typeof(ImmutableList<>), typeof(ImmutableHashSet<>), typeof(ImmutableSortedSet<>), typeof(ImmutableDictionary<,>), typeof(ImmutableSortedDictionary<,>),
        typeof(IEnumerable<>), typeof(ICollection<>), typeof(IList<>), typeof(ISet<>), typeof(IDictionary<,>),
        typeof(IReadOnlyCollection<>), typeof(IReadOnlyList<>), typeof(IReadOnlySet<>), typeof(IReadOnlyDictionary<,>),
    ];

    public static bool Is(Type type) =>
        s_known.Contains(type)
        || type.IsEnum
        || type.IsGenericParameter
        || typeof(IAddressable).IsAssignableFrom(type)
        || typeof(Exception).IsAssignableFrom(type)
        || (type.IsArray && Is(type.GetElementType()!))
        || (type.IsGenericType && IsContainer(type.GetGenericTypeDefinition()) && type.GetGenericArguments().All(Is))
        || type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false);

    private static bool IsContainer(Type definition) =>
        s_collections.Contains(definition)
        || definition.FullName!.StartsWith("System.ValueTuple`", StringComparison.Ordinal)
        || definition.FullName.StartsWith("System.Tuple`", StringComparison.Ordinal)
        || definition == typeof(Orleans.Concurrency.Immutable<>);
}
