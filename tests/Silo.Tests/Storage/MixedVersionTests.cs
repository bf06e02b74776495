using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Grains.Storage;
using Silo.Tests.Support;

namespace Silo.Tests.Storage;

/// <summary>
/// While an upgrade rolls, programs of two versions write the same records in turn. What the older does to one is what its codec does: it keeps the members that its golden
/// file names, in the record and in all records within, and leaves out the rest.
/// </summary>
public sealed class MixedVersionTests
{
    [Fact]
    public void There_are_records_that_had_an_older_shape() => Assert.True(Changed().Count() >= 5);

    [Fact]
    public void What_an_older_program_knew_survives_when_it_writes_a_record_of_this_one() => Assert.Empty(
        from info in Changed()
        let full = GoldenRecord.Of(info).Sample
        let older = Older(info.Type, full)
        from lost in Lost("", older, GoldenRecord.Again(info, older.DeepClone().AsObject()))
        select $"{info.Type.Name}{lost}");

    [Fact]
    public void What_an_older_program_wrote_it_finds_again_after_this_one_wrote_the_record() => Assert.Empty(
        from info in Changed()
        let older = Older(info.Type, GoldenRecord.Of(info).Sample)
        let rewritten = GoldenRecord.Again(info, older.DeepClone().AsObject())
        from lost in Lost("", older, Older(info.Type, rewritten))
        select $"{info.Type.Name}{lost}");

    [Fact]
    public void Members_that_the_older_program_left_out_read_as_their_beginnings() => Assert.Empty(
        from info in Changed()
        let initial = GoldenRecord.Of(info).Initial
        let known = GoldenRecord.Read(GoldenRecord.Files(info.Type)[0]).Members
        let read = GoldenRecord.Again(info, Older(info.Type, GoldenRecord.Of(info).Sample))
        from member in GoldenRecord.Of(info).Members
        where !known.ContainsKey(member.Key) && !JsonNode.DeepEquals(read[member.Key], initial[member.Key])
        select $"{info.Type.Name}.{member.Key} reads as {read[member.Key]?.ToJsonString() ?? "its type's default"}, begins as {initial[member.Key]?.ToJsonString() ?? "its type's default"}");

    private static IEnumerable<JsonTypeInfo> Changed() => StoredTypes.Records.Where(r => !r.Type.IsAbstract && GoldenRecord.Files(r.Type).Count > 1);

    /// <summary>The record as a program of the first release of its shape would write it after reading it.</summary>
    private static JsonObject Older(Type type, JsonObject record)
    {
        var info = RecordCodec.Options.GetTypeInfo(type);
        if (info.PolymorphismOptions is { } family && record[family.TypeDiscriminatorPropertyName]?.ToString() is { } kind)
            info = RecordCodec.Options.GetTypeInfo(family.DerivedTypes.Single(d => (string)d.TypeDiscriminator! == kind).DerivedType);
        var known = GoldenRecord.Files(info.Type) is [var first, ..] ? GoldenRecord.Read(first).Members : null;
        var older = new JsonObject();
        foreach (var (name, value) in record)
        {
            var member = info.Properties.FirstOrDefault(p => p.Name == name);
            if (known is null || member is null || known.ContainsKey(name))
                older[name] = member is null ? value?.DeepClone() : OlderValue(member.PropertyType, value);
        }

        return older;
    }

    private static JsonNode? OlderValue(Type type, JsonNode? value)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        var parts = StoredTypes.Parts(type).ToArray();
        return value switch
        {
            JsonArray array when parts.Length == 1 => new JsonArray([.. array.Select(item => OlderValue(parts[0], item))]),
            JsonObject map when parts.Length == 2 => new JsonObject(map.Select(m => KeyValuePair.Create(m.Key, OlderValue(parts[1], m.Value)))),
            JsonObject record when parts.Length == 0 => Older(type, record),
            _ => value?.DeepClone(),
        };
    }

    /// <summary>What is in the one and not in the other; the other may have more.</summary>
    private static IEnumerable<string> Lost(string path, JsonNode? stored, JsonNode? read)
    {
        if (stored is JsonObject o && read is JsonObject p)
            return o.SelectMany(m => Lost($"{path}.{m.Key}", m.Value, p[m.Key]));
        if (stored is JsonArray a && read is JsonArray b && a.Count == b.Count)
            return a.SelectMany((item, i) => Lost($"{path}[{i}]", item, b[i]));
        return JsonNode.DeepEquals(stored, read) ? [] : [$"{path} was stored as {stored?.ToJsonString()} and reads as {read?.ToJsonString() ?? "nothing"}"];
    }
}
