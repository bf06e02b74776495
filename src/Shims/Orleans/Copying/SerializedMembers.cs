using System.Collections.Concurrent;
using System.Reflection;

namespace Orleans.Copying;

/// <summary>Which members of a type travel, by the rules of Orleans' code generator.</summary>
internal static class SerializedMembers
{
    private const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static readonly ConcurrentDictionary<Type, FieldInfo[]> s_cache = new();

    /// <summary>The fields behind all [Id] members and record parameters, base classes first.</summary>
    public static FieldInfo[] Of(Type type) => s_cache.GetOrAdd(type, static t =>
    {
        var fields = new List<FieldInfo>();
        for (var level = t; level is not null && level != typeof(object); level = level.BaseType)
        {
            if (level.IsDefined(typeof(GenerateSerializerAttribute), inherit: false))
            {
                fields.InsertRange(0, OfLevel(level));
            }
        }

        return [.. fields];
    });

    /// <summary>Every instance field, for tuples and the like.</summary>
    public static FieldInfo[] AllFields(Type type) => type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);

    private static IEnumerable<FieldInfo> OfLevel(Type level)
    {
        var parameters = RecordParameters(level);
        foreach (var field in level.GetFields(Declared))
        {
            if (field.IsDefined(typeof(IdAttribute)))
            {
                yield return field;
            }
            else if (PropertyOf(level, field) is { } property && (property.IsDefined(typeof(IdAttribute)) || parameters.Contains(property.Name)))
            {
                yield return field;
            }
        }
    }

    private static PropertyInfo? PropertyOf(Type level, FieldInfo field) =>
        field.Name.StartsWith('<') && field.Name.EndsWith(">k__BackingField", StringComparison.Ordinal)
            ? level.GetProperty(field.Name[1..field.Name.IndexOf('>', StringComparison.Ordinal)], Declared)
            : null;

    /// <summary>A record's primary constructor parameters travel without an [Id] of their own.</summary>
    private static HashSet<string> RecordParameters(Type level)
    {
        var isRecord = level.GetMethod("PrintMembers", Declared) is not null;
        if (!isRecord || level.GetCustomAttribute<GenerateSerializerAttribute>(false) is { IncludePrimaryConstructorParameters: false })
        {
            return [];
        }

        // The primary constructor is the one whose every parameter is an auto-property of this level.
        return level.GetConstructors(Declared)
            .Select(c => c.GetParameters())
            .Where(ps => ps.All(p => level.GetProperty(p.Name!, Declared) is not null || level.BaseType?.GetProperty(p.Name!) is not null))
            .MaxBy(ps => ps.Length)?.Select(p => p.Name!).ToHashSet() ?? [];
    }
}
