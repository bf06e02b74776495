using System.Reflection;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Grains.Storage.Codec;

/// <summary>A closed family (a base record and the records derived from it in its assembly): its members are told apart by [Alias].</summary>
internal static class RecordFamily
{
    /// <summary>The member that holds the alias. Sorts before numbers, and can never be one.</summary>
    public const string AliasMember = "$t";

    public static void Apply(JsonTypeInfo info)
    {
        if (info.Type.IsSealed || info.Type.IsValueType)
            return;
        var derived = Derived(info.Type);
        if (derived.Count == 0)
            return;

        var options = new JsonPolymorphismOptions
        {
            TypeDiscriminatorPropertyName = AliasMember,
            UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization,
        };
        foreach (var type in derived)
            options.DerivedTypes.Add(new JsonDerivedType(type, Alias(type)));
        if (options.DerivedTypes.GroupBy(d => d.TypeDiscriminator).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new RecordFormatException($"[Alias(\"{twice.Key}\")] stands for more than one kind of {info.Type}.");
        info.PolymorphismOptions = options;
    }

    private static List<Type> Derived(Type family) =>
        [.. family.Assembly.GetTypes().Where(t => !t.IsAbstract && t != family && family.IsAssignableFrom(t)).OrderBy(t => t.FullName, StringComparer.Ordinal)];

    private static string Alias(Type type) => type.GetCustomAttribute<AliasAttribute>(inherit: false)?.Alias
        ?? throw new RecordFormatException($"{type} cannot be stored: give it an [Alias(\"…\")], by which it is told apart from its family.");
}
