using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Grains.Storage;

namespace Silo.Tests.Support;

/// <summary>
/// One committed file: the members a record type had, by id; what an empty record of it reads as; and a full one as it was stored.
/// Files are named "type.number.json". A type that gets a member gets one more file; the older ones stay and must still be read.
/// </summary>
internal sealed record GoldenRecord(JsonObject Members, JsonObject Initial, JsonObject Sample)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Folder([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "..", "Golden");

    public static GoldenRecord Of(JsonTypeInfo info)
    {
        var members = new JsonObject();
        foreach (var member in info.Properties.OrderBy(p => p.Name, StringComparer.Ordinal))
            members[member.Name] = Name(member.PropertyType);
        foreach (var kind in info.PolymorphismOptions?.DerivedTypes ?? [])
            members["$t " + kind.TypeDiscriminator] = Name(kind.DerivedType);
        return info.Type.IsAbstract
            ? new GoldenRecord(members, [], [])
            : new GoldenRecord(members, Again(info, []), Again(info, SampleJson.Record(info)));
    }

    public static IReadOnlyList<string> Files(Type type) =>
    [
        .. Enumerable.Range(1, 999).Select(n => Path.Combine(Folder(), $"{type.FullName}.{n}.json")).TakeWhile(File.Exists),
    ];

    public static string NextFile(Type type) => Path.Combine(Folder(), $"{type.FullName}.{Files(type).Count + 1}.json");

    public static GoldenRecord Read(string file)
    {
        var json = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
        return new GoldenRecord(json["members"]!.AsObject(), json["initial"]!.AsObject(), json["sample"]!.AsObject());
    }

    public void Write(string file) => File.WriteAllText(
        file,
        new JsonObject { ["members"] = Members.DeepClone(), ["initial"] = Initial.DeepClone(), ["sample"] = Sample.DeepClone() }.ToJsonString(Indented) + "\n");

    /// <summary>What the present program stores after it has read the given record.</summary>
    public static JsonObject Again(JsonTypeInfo info, JsonObject stored)
    {
        var method = typeof(GoldenRecord).GetMethod(nameof(AgainOf), System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.NonPublic)!;
        return (JsonObject)method.MakeGenericMethod(info.Type).Invoke(null, [stored])!;
    }

    private static JsonObject AgainOf<T>(JsonObject stored)
    {
        byte[] bytes = [RecordCodec.Format, .. Encoding.UTF8.GetBytes(stored.ToJsonString())];
        return JsonNode.Parse(RecordCodec.Encode(RecordCodec.Decode<T>(bytes)).AsSpan(1))!.AsObject();
    }

    private static string Name(Type type) => type.IsGenericType
        ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
        : type.IsArray ? Name(type.GetElementType()!) + "[]" : type.Name;
}
