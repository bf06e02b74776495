using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;

namespace Grains.Storage.Codec;

/// <summary>Turns a type's JSON contract into one of member numbers: the rules of <see cref="RecordCodec"/>.</summary>
internal static class RecordContract
{
    private static readonly MethodInfo ApplyToMethod =
        typeof(RecordContract).GetMethod(nameof(ApplyTo), BindingFlags.Static | BindingFlags.NonPublic)!;

    private static readonly MethodInfo NotEmptyMethod =
        typeof(RecordContract).GetMethod(nameof(NotEmpty), BindingFlags.Static | BindingFlags.NonPublic)!;

    public static void Apply(JsonTypeInfo info)
    {
        if (info.Type == typeof(object))
            throw new RecordFormatException("A member of type object cannot be stored: its type would have to be stored by its CLR name.");
        if (info.Kind == JsonTypeInfoKind.Object)
            ApplyToMethod.MakeGenericMethod(info.Type).Invoke(null, BindingFlags.DoNotWrapExceptions, null, [info], CultureInfo.InvariantCulture);
    }

    private static void ApplyTo<T>(JsonTypeInfo<T> info)
    {
        CheckType(info);
        SetCreator(info);
        var prototype = Prototype(info);
        foreach (var member in KeepNumbered(info))
            SetOmission(info, member, prototype);
        FillMissingArrays(info);
        RecordFamily.Apply(info);
    }

    private static void CheckType(JsonTypeInfo info)
    {
        var type = info.Type;
        if (type.GetCustomAttribute<GenerateSerializerAttribute>(inherit: false) is null)
            throw new RecordFormatException($"{type} cannot be stored: give it [GenerateSerializer] and its members [Id(n)].");

        var numbered = MembersWithId(type).ToList();
        if (numbered.Count == 0 && info.Properties.Any(p => p.Set is not null))
            throw new RecordFormatException($"{type} cannot be stored: none of its members has an [Id(n)].");

        foreach (var member in numbered.Where(m => info.Properties.All(p => !SameMember(p, m))))
            throw new RecordFormatException($"{type}.{member.Name} has an [Id] but is not public: it cannot be stored.");
    }

    private static IEnumerable<MemberInfo> MembersWithId(Type type)
    {
        const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        for (var t = type; t is not null && t != typeof(object); t = t.BaseType)
        {
            foreach (var member in t.GetMembers(Declared))
            {
                if (member is PropertyInfo or FieldInfo && member.GetCustomAttribute<IdAttribute>() is not null)
                    yield return member;
            }
        }
    }

    private static bool SameMember(JsonPropertyInfo property, MemberInfo member) =>
        property.AttributeProvider is MemberInfo m && m.Name == member.Name && m.DeclaringType == member.DeclaringType;

    /// <summary>Private constructors count too: closed families have them.</summary>
    private static void SetCreator<T>(JsonTypeInfo<T> info)
    {
        if (info.CreateObject is not null || typeof(T).IsAbstract || typeof(T).IsValueType || HasConstructorParameters(info))
            return;
        if (typeof(T).GetConstructor(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public, []) is { } constructor)
            info.CreateObject = () => (T)constructor.Invoke(null);
    }

    private static bool HasConstructorParameters(JsonTypeInfo info) => info.Properties.Any(p => p.AssociatedParameter is not null);

    /// <summary>A fresh object, to see which members start with other values than their type's default; null when one cannot be had.</summary>
    private static object? Prototype<T>(JsonTypeInfo<T> info) =>
        typeof(T).IsValueType ? default(T) : info.CreateObject is { } create ? create() : null;

    private static List<JsonPropertyInfo> KeepNumbered(JsonTypeInfo info)
    {
        var kept = new List<JsonPropertyInfo>();
        foreach (var property in info.Properties.ToArray())
        {
            if (property.AttributeProvider is not MemberInfo member || member.GetCustomAttribute<IdAttribute>() is not { } id)
            {
                info.Properties.Remove(property);
                continue;
            }

            if (property.Set is null && property.AssociatedParameter is null)
                throw new RecordFormatException($"{info.Type}.{member.Name} has an [Id] but cannot be set: it cannot be stored.");
            property.Name = MemberName(member, id.Id);
            property.IsRequired = false; // Defaults are left out, and older records lack newer members.
            kept.Add(property);
        }

        if (kept.GroupBy(p => p.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new RecordFormatException($"{info.Type} uses [Id({twice.Key})] more than once.");
        return kept;
    }

    /// <summary>Each class of a hierarchy numbers its own members, as in Orleans: "3", in a derived class "a3", below that "b3".</summary>
    private static string MemberName(MemberInfo member, uint id)
    {
        var number = id.ToString(CultureInfo.InvariantCulture);
        var level = 0;
        for (var t = member.DeclaringType!.BaseType; t is not null && t != typeof(object) && t != typeof(ValueType); t = t.BaseType)
            level++;
        return level == 0 ? number : (char)('a' + level - 1) + number;
    }

    /// <summary>Left out while default, unless the member starts with another value: then even its default must be written.</summary>
    private static void SetOmission(JsonTypeInfo info, JsonPropertyInfo member, object? prototype)
    {
        if (IsImmutableArray(member.PropertyType))
            member.ShouldSerialize = NotEmptyMethod.MakeGenericMethod(member.PropertyType.GetGenericArguments()).CreateDelegate<Func<object, object?, bool>>();
        else if (!IsDefault(InitialValue(info, member, prototype), member.PropertyType))
            member.ShouldSerialize = static (_, _) => true;
    }

    private static bool NotEmpty<T>(object record, object? array) => array is ImmutableArray<T> { IsDefaultOrEmpty: false };

    private static object? InitialValue(JsonTypeInfo info, JsonPropertyInfo member, object? prototype)
    {
        if (prototype is not null)
            return member.Get!(prototype);
        if (member.AssociatedParameter is { HasDefaultValue: true } parameter)
            return parameter.DefaultValue;
        // Set only by the constructor: without a value the reader passes the type's default. Otherwise unknown, hence never left out.
        return member.AssociatedParameter is not null || info.Type.IsAbstract ? null : NotDefault;
    }

    private static readonly object NotDefault = new();

    private static bool IsDefault(object? value, Type type)
    {
        if (value is null)
            return true;
        return type.IsValueType && Nullable.GetUnderlyingType(type) is null && value.Equals(RuntimeHelpers.GetUninitializedObject(type));
    }

    internal static bool IsImmutableArray(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>);

    /// <summary>An array that is not in the record is empty, never default: default ones throw when they are looked at.</summary>
    private static void FillMissingArrays<T>(JsonTypeInfo<T> info)
    {
        var arrays = info.Properties.Where(p => IsImmutableArray(p.PropertyType) && p.Set is not null)
            .Select(p => (p.Get, p.Set, Empty: EmptyOf(p.PropertyType))).ToArray();
        if (arrays.Length == 0 || info.Type.IsAbstract)
            return;

        if (info.CreateObject is not { } create)
        {
            if (typeof(T).IsValueType)
                create = static () => default!;
            else
            {
                info.OnDeserialized = record =>
                {
                    foreach (var (get, set, empty) in arrays)
                    {
                        if (IsDefaultArray(get!(record)))
                            set!(record, empty);
                    }
                };
                return;
            }
        }

        var missing = create() is { } prototype ? arrays.Where(a => IsDefaultArray(a.Get!(prototype))).ToArray() : [];
        if (missing.Length == 0)
            return;
        info.CreateObject = () =>
        {
            object record = create()!;
            foreach (var (_, set, empty) in missing)
                set!(record, empty);
            return (T)record;
        };
    }

    private static bool IsDefaultArray(object? array) => array is not null && array.Equals(RuntimeHelpers.GetUninitializedObject(array.GetType()));

    private static object EmptyOf(Type arrayType) => arrayType.GetField("Empty", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;
}
