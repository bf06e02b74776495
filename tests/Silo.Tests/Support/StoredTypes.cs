using System.Reflection;
using System.Text.Json.Serialization.Metadata;
using Grains.Storage;

namespace Silo.Tests.Support;

/// <summary>Every type that this version stores: what grains keep in records and journals, and all that is reachable from there.</summary>
internal static class StoredTypes
{
    private const BindingFlags All = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    public static IReadOnlyList<Type> Roots { get; } = [.. FindRoots().Distinct().OrderBy(t => t.FullName, StringComparer.Ordinal)];

    public static IReadOnlyList<JsonTypeInfo> Records { get; } = FindRecords();

    /// <summary>What a member holds: elements of collections, keys and values, the value behind a question mark.</summary>
    public static IEnumerable<Type> Parts(Type type)
    {
        if (type.IsArray)
            return [type.GetElementType()!];
        var isContainer = type.IsGenericType && (typeof(System.Collections.IEnumerable).IsAssignableFrom(type) || Nullable.GetUnderlyingType(type) is not null);
        return isContainer ? type.GetGenericArguments() : [];
    }

    private static IEnumerable<Type> FindRoots() =>
        from type in typeof(IJournalStore).Assembly.GetTypes()
        where !type.ContainsGenericParameters
        from used in type.GetFields(All).Select(f => f.FieldType).Concat(type.GetConstructors(All).SelectMany(c => c.GetParameters()).Select(p => p.ParameterType))
        where used.IsGenericType && !used.ContainsGenericParameters
        let definition = used.GetGenericTypeDefinition()
        where definition == typeof(JournalWriter<,>) || definition == typeof(IPersistentState<>)
        from stored in used.GetGenericArguments()
        select stored;

    private static List<JsonTypeInfo> FindRecords()
    {
        var seen = new HashSet<Type>();
        var records = new List<JsonTypeInfo>();
        foreach (var root in Roots)
            Visit(root);
        return [.. records.OrderBy(r => r.Type.FullName, StringComparer.Ordinal)];

        void Visit(Type type)
        {
            if (!seen.Add(type))
                return;
            foreach (var part in Parts(type))
                Visit(part);
            var info = RecordCodec.Options.GetTypeInfo(type);
            if (info.Kind != JsonTypeInfoKind.Object)
                return;
            records.Add(info);
            foreach (var member in info.Properties)
                Visit(member.PropertyType);
            foreach (var kind in info.PolymorphismOptions?.DerivedTypes ?? [])
                Visit(kind.DerivedType);
        }
    }
}
