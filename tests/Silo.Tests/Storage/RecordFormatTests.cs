using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Grains.Storage;
using Grains.Storage.Codec;
using Silo.Tests.Support;

namespace Silo.Tests.Storage;

/// <summary>The code that src/RecordGenerator makes for stored records does byte for byte what the contract by reflection says.</summary>
public sealed class RecordFormatTests
{
    private const int Runs = 200;
    private const string Refused = "refused";

    [Fact]
    public void Code_is_made_for_every_type_that_is_stored() => Assert.Empty(
        from info in StoredTypes.Records
        where (bool)Call(nameof(IsMade), info)! is false
        select $"{info.Type}: src/RecordGenerator knows no way to store it (see Shapes and Values there).");

    [Fact]
    public void It_reads_and_writes_what_the_contract_does()
    {
        var read = 0;
        foreach (var info in StoredTypes.Records)
        {
            for (var seed = 0; seed < Runs; seed++)
            {
                var json = AnyJson(info, new Random(seed), 0);
                var (made, agreed) = ((string)Call(nameof(Made), info, json)!, (string)Call(nameof(Agreed), info, json)!);
                Assert.True(made == agreed, $"{info.Type}, seed {seed}: {json} is {made}, and {agreed} by the contract.");
                read += made == Refused ? 0 : 1;
            }
        }

        Assert.True(read > StoredTypes.Records.Count * Runs / 3, $"Only {read} records could be read: the others say little.");
    }

    private static object? Call(string method, JsonTypeInfo info, params object[] arguments) =>
        typeof(RecordFormatTests).GetMethod(method, BindingFlags.Static | BindingFlags.NonPublic)!.MakeGenericMethod(info.Type).Invoke(null, arguments);

    private static bool IsMade<T>() => RecordFormat<T>.Instance is not ContractFormat<T> && RecordFormats.Made<T>() is not null;

    private static string Made<T>(string json)
    {
        try
        {
            return Encoding.UTF8.GetString(RecordCodec.Encode(RecordCodec.Decode<T>([RecordCodec.Format, .. Encoding.UTF8.GetBytes(json)])).AsSpan(1));
        }
        catch (RecordFormatException)
        {
            return Refused;
        }
    }

    private static string Agreed<T>(string json)
    {
        try
        {
            return JsonSerializer.Serialize(JsonSerializer.Deserialize<T>(json, RecordCodec.Options)!, RecordCodec.Options);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or FormatException or InvalidOperationException or ArgumentException)
        {
            return Refused;
        }
    }

    /// <summary>The sample, with members left out, set to nothing, to zero, to another kind of value, twice, in another order, and such as nobody knows.</summary>
    private static string AnyJson(JsonTypeInfo info, Random random, int depth)
    {
        var members = SampleJson.Record(info, depth).Select(m => (m.Key, Text: Changed(m.Value, random))).Where(_ => random.Next(4) > 0).ToList();
        if (random.Next(4) == 0)
            members.Add((random.GetItems(["77", "x", "01", "-1", "4294967296", "$t"], 1)[0], """[{"0":[1,null]}]"""));
        if (random.Next(4) == 0 && members.Count > 0)
            members.Add(members[random.Next(members.Count)]);
        var shuffled = members.ToArray();
        random.Shuffle(shuffled);
        return "{" + string.Join(',', shuffled.Select(m => $"\"{m.Key}\":{m.Text}")) + "}";
    }

    private static string Changed(JsonNode? value, Random random) => (random.Next(40), value) switch
    {
        (0, _) => "null",
        (1, _) => "[]",
        (2, _) => "1.5",
        (3, _) => "\"text/1\"",
        (4, _) => "{}",
        ( < 12, JsonValue v) when v.GetValueKind() == JsonValueKind.Number => random.GetItems(["0", "-1", "1000", "9223372036854775807", "18446744073709551615"], 1)[0],
        ( < 12, JsonValue v) when v.GetValueKind() == JsonValueKind.String => "\"\"",
        ( < 12, JsonValue) => "false",
        (_, JsonArray array) => $"[{string.Join(',', Enumerable.Range(0, random.Next(4)).SelectMany(_ => array.Select(item => Changed(item, random))))}]",
        (_, JsonObject o) => "{" + string.Join(',', o.Where(_ => random.Next(4) > 0).Select(m => $"\"{m.Key}\":{Changed(m.Value, random)}")) + "}",
        _ => value?.ToJsonString() ?? "null",
    };
}
