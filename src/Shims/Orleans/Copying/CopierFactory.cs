using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using System.Numerics;
using System.Reflection;
using Orleans.Concurrency;

namespace Orleans.Copying;

/// <summary>Finds how a type is copied. Mirrors what Orleans' serializer supports, not what reflection could do.</summary>
internal static class CopierFactory
{
    private static readonly ConcurrentDictionary<Type, Copier> s_declared = new();
    private static readonly ConcurrentDictionary<Type, Copier> s_runtime = new();

    [ThreadStatic] private static HashSet<Type>? s_looking;

    private static readonly FrozenSet<Type> s_values = new[]
    {
        typeof(bool), typeof(byte), typeof(sbyte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long), typeof(ulong),
        typeof(char), typeof(float), typeof(double), typeof(decimal), typeof(Half), typeof(Int128), typeof(UInt128), typeof(BigInteger),
        typeof(string), typeof(Guid), typeof(DateTime), typeof(DateTimeOffset), typeof(TimeSpan), typeof(DateOnly), typeof(TimeOnly),
        typeof(Uri), typeof(Version), typeof(Type), typeof(IPAddress), typeof(IPEndPoint), typeof(CancellationToken),
        typeof(GrainId), typeof(GrainType), typeof(IdSpan), typeof(GrainInterfaceType), typeof(SiloAddress), typeof(ActivationId), typeof(GrainAddress),
    }.ToFrozenSet();

    private static readonly FrozenDictionary<Type, string> s_collections = new Dictionary<Type, string>
    {
        [typeof(List<>)] = nameof(CollectionCopiers.List),
        [typeof(IEnumerable<>)] = nameof(CollectionCopiers.IEnumerable),
        [typeof(IReadOnlyCollection<>)] = nameof(CollectionCopiers.IReadOnlyCollection),
        [typeof(IReadOnlyList<>)] = nameof(CollectionCopiers.IReadOnlyList),
        [typeof(ICollection<>)] = nameof(CollectionCopiers.ICollection),
        [typeof(IList<>)] = nameof(CollectionCopiers.IList),
        [typeof(IReadOnlySet<>)] = nameof(CollectionCopiers.IReadOnlySet),
        [typeof(ISet<>)] = nameof(CollectionCopiers.ISet),
        [typeof(IReadOnlyDictionary<,>)] = nameof(CollectionCopiers.IReadOnlyDictionary),
        [typeof(IDictionary<,>)] = nameof(CollectionCopiers.IDictionary),
        [typeof(HashSet<>)] = nameof(CollectionCopiers.HashSet),
        [typeof(SortedSet<>)] = nameof(CollectionCopiers.SortedSet),
        [typeof(Queue<>)] = nameof(CollectionCopiers.Queue),
        [typeof(Dictionary<,>)] = nameof(CollectionCopiers.Dictionary),
        [typeof(SortedDictionary<,>)] = nameof(CollectionCopiers.SortedDictionary),
        [typeof(ImmutableArray<>)] = nameof(CollectionCopiers.ImmutableArray),
        [typeof(ImmutableList<>)] = nameof(CollectionCopiers.ImmutableList),
        [typeof(ImmutableHashSet<>)] = nameof(CollectionCopiers.ImmutableHashSet),
        [typeof(ImmutableSortedSet<>)] = nameof(CollectionCopiers.ImmutableSortedSet),
        [typeof(ImmutableDictionary<,>)] = nameof(CollectionCopiers.ImmutableDictionary),
        [typeof(ImmutableSortedDictionary<,>)] = nameof(CollectionCopiers.ImmutableSortedDictionary),
        [typeof(Nullable<>)] = nameof(CollectionCopiers.Nullable),
    }.ToFrozenDictionary();

    /// <param name="asRuntimeType">True for a value's own type: then a class that is not sealed is copied as itself.</param>
    public static Copier Get(Type type, bool asRuntimeType = false) =>
        asRuntimeType ? s_runtime.GetOrAdd(type, static t => Build(t, exact: true)) : s_declared.GetOrAdd(type, static t => Build(t, exact: false));

    public static bool SharesOnWire(Type type) => IsPlainValue(type) || (type.IsValueType && Get(type).SharesOnWire);

    private static bool IsPlainValue(Type type) => s_values.Contains(type) || type.IsEnum;

    private static Copier Build(Type type, bool exact)
    {
        if (IsPlainValue(type) || typeof(Type).IsAssignableFrom(type) || type == typeof(object) && exact)
        {
            return Make(typeof(SharingCopier<>), type, true);
        }

        // Exceptions travel by reference inside a process; Simulation decides which may travel between silos.
        if (typeof(Exception).IsAssignableFrom(type))
        {
            return Make(typeof(SharingCopier<>), type, true);
        }

        if (type.IsArray && type.GetArrayRank() == 1)
        {
            return Invoke(nameof(CollectionCopiers.Array), [type.GetElementType()!]);
        }

        if (type.IsGenericType && s_collections.TryGetValue(type.GetGenericTypeDefinition(), out var factory))
        {
            return Invoke(factory, type.GetGenericArguments());
        }

        var own = Own(type);
        if (exact || type.IsSealed || type.IsValueType)
        {
            return own ?? Make(typeof(MissingCopier<>), type);
        }

        return Make(typeof(DispatchingCopier<>), type, own);
    }

    private static Copier? Own(Type type)
    {
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Immutable<>))
        {
            return Make(typeof(ImmutableCopier<>), type, Members(type, SerializedMembers.Of(type), keepsOthers: false));
        }

        if (IsTuple(type))
        {
            return Members(type, SerializedMembers.AllFields(type), keepsOthers: true);
        }

        if (type.IsInterface || !type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false))
        {
            return null;
        }

        var members = Members(type, SerializedMembers.Of(type), keepsOthers: false);
        return type.IsDefined(typeof(ImmutableAttribute), inherit: false) ? Make(typeof(ImmutableCopier<>), type, members) : members;
    }

    private static bool IsTuple(Type type) =>
        type.IsGenericType && (type.FullName!.StartsWith("System.ValueTuple`", StringComparison.Ordinal)
            || type.FullName.StartsWith("System.Tuple`", StringComparison.Ordinal)
            || type.GetGenericTypeDefinition() == typeof(KeyValuePair<,>));

    private static Copier Members(Type type, FieldInfo[] fields, bool keepsOthers)
    {
        // Only structs may share by their parts: an object has an identity. A struct that reaches itself through a
        // collection is being looked at already, and is copied.
        var all = SerializedMembers.AllFields(type).Length == fields.Length;
        var (local, wire) = (false, false);
        if (type.IsValueType && all && (s_looking ??= []).Add(type))
        {
            local = fields.All(f => Get(f.FieldType).SharesLocally);
            wire = local && fields.All(f => Get(f.FieldType).SharesOnWire);
            s_looking.Remove(type);
        }

        return (Copier)Activator.CreateInstance(typeof(MembersCopier<>).MakeGenericType(type), fields, local, wire, keepsOthers)!;
    }

    private static Copier Make(Type definition, Type type, params object?[] arguments) =>
        (Copier)Activator.CreateInstance(definition.MakeGenericType(type), arguments)!;

    private static Copier Invoke(string factory, Type[] types) =>
        (Copier)typeof(CollectionCopiers).GetMethod(factory, BindingFlags.Public | BindingFlags.Static)!.MakeGenericMethod(types).Invoke(null, null)!;
}
