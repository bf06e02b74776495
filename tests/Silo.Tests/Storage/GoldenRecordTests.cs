using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Silo.Tests.Support;

namespace Silo.Tests.Storage;

/// <summary>
/// What any released version has stored can be read by this one. After a change that adds members run these tests with
/// SILO_ACCEPT_GOLDEN=1 and commit the new files; a file, once released, is neither changed nor removed.
/// </summary>
public sealed class GoldenRecordTests
{
    private static readonly bool Accept = Environment.GetEnvironmentVariable("SILO_ACCEPT_GOLDEN") == "1";

    [Fact]
    public void Stored_types_are_found() => Assert.Contains(StoredTypes.Roots, t => t.FullName == "Scheduling.Pools.PoolEntry");

    [Fact]
    public void Every_stored_type_has_a_golden_file_with_all_its_members()
    {
        var missing = new List<string>();
        foreach (var info in StoredTypes.Records)
        {
            var now = GoldenRecord.Of(info);
            var files = GoldenRecord.Files(info.Type);
            if (files.Count > 0 && JsonNode.DeepEquals(GoldenRecord.Read(files[^1]).Members, now.Members))
                continue;
            if (Accept)
                now.Write(GoldenRecord.NextFile(info.Type));
            else
                missing.Add($"{info.Type.FullName}: {now.Members.ToJsonString()}");
        }

        Assert.True(missing.Count == 0, "Run these tests with SILO_ACCEPT_GOLDEN=1 and commit tests/Silo.Tests/Golden:\n" + string.Join('\n', missing));
    }

    [Fact]
    public void Every_golden_record_is_still_read_member_by_member() => AssertNone(
        from info in StoredTypes.Records
        where !info.Type.IsAbstract
        from file in GoldenRecord.Files(info.Type)
        from finding in Lost("", GoldenRecord.Read(file).Sample, Again(info, file))
        select $"{Path.GetFileName(file)}: {finding}");

    [Fact]
    public void A_member_keeps_its_id_and_its_type() => AssertNone(
        from info in StoredTypes.Records
        let now = GoldenRecord.Of(info).Members
        from file in GoldenRecord.Files(info.Type)
        from member in GoldenRecord.Read(file).Members
        where now[member.Key]?.ToString() != member.Value!.ToString()
        select $"{Path.GetFileName(file)}: {member.Key} was {member.Value}, is {now[member.Key]?.ToString() ?? "gone"}");

    [Fact]
    public void A_member_that_was_left_out_still_means_the_same() => AssertNone(
        from info in StoredTypes.Records
        where !info.Type.IsAbstract
        let now = GoldenRecord.Of(info).Initial
        from file in GoldenRecord.Files(info.Type)
        let golden = GoldenRecord.Read(file)
        from id in golden.Members.Select(m => m.Key)
        where !JsonNode.DeepEquals(golden.Initial[id], now[id])
        select $"{Path.GetFileName(file)}: {id} was {golden.Initial[id]?.ToJsonString() ?? "its type's default"}, is {now[id]?.ToJsonString() ?? "its type's default"}");

    [Fact]
    public void Every_golden_file_is_of_a_type_that_is_still_stored()
    {
        var known = StoredTypes.Records.SelectMany(r => GoldenRecord.Files(r.Type)).Select(Path.GetFileName).ToHashSet();
        AssertNone(Directory.GetFiles(GoldenRecord.Folder(), "*.json").Select(Path.GetFileName).Where(f => !known.Contains(f)).Select(f => f!));
    }

    private static JsonObject Again(JsonTypeInfo info, string file) => GoldenRecord.Again(info, GoldenRecord.Read(file).Sample);

    /// <summary>What is in the one and not in the other; the other may have more.</summary>
    private static IEnumerable<string> Lost(string path, JsonNode? stored, JsonNode? read)
    {
        if (stored is JsonObject o && read is JsonObject p)
            return o.SelectMany(m => Lost($"{path}.{m.Key}", m.Value, p[m.Key]));
        if (stored is JsonArray a && read is JsonArray b && a.Count == b.Count)
            return a.SelectMany((item, i) => Lost($"{path}[{i}]", item, b[i]));
        return JsonNode.DeepEquals(stored, read) ? [] : [$"{path} was stored as {stored?.ToJsonString()} and reads as {read?.ToJsonString() ?? "nothing"}"];
    }

    private static void AssertNone(IEnumerable<string> findings)
    {
        var list = findings.ToList();
        Assert.True(list.Count == 0, string.Join('\n', list));
    }
}
