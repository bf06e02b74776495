using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Silo.Telemetry;

namespace Gateway.Tests.Telemetry;

/// <summary>What the console says with Gateway:JsonLogs: collectors such as Fluent Bit take each line as an object, without a parser of ours.</summary>
public sealed class JsonLineTests
{
    [Fact]
    public void A_line_is_one_object_with_time_level_and_message_and_the_messages_own_values()
    {
        var line = Line(LogLevel.Warning, null, "Pool {Pool} has {Jobs} jobs", ("Pool", "h100"), ("Jobs", 7));

        Assert.True(DateTimeOffset.TryParse(line.GetProperty("time").GetString(), out var time));
        Assert.Equal(TimeSpan.Zero, time.Offset);
        Assert.Equal("warning", line.GetProperty("level").GetString());
        Assert.Equal("Pool h100 has 7 jobs", line.GetProperty("message").GetString());
        Assert.Equal("h100", line.GetProperty("pool").GetString());
        Assert.Equal(7, line.GetProperty("jobs").GetInt32());
        Assert.Equal("a.category", line.GetProperty("category").GetString());
        Assert.Equal(42, line.GetProperty("event").GetInt32());
    }

    [Fact]
    public void Whatever_is_in_it_a_line_does_not_break_and_no_name_stands_twice()
    {
        var line = Line(
            LogLevel.Error, new InvalidOperationException("first\nsecond"), "told\r\n\"{Message}\" and {level} \u2028 {Time}", ("Message", "x\ny"), ("level", "\t"), ("Time", null), ("time", 3));

        Assert.Contains("first\nsecond", line.GetProperty("exception").GetString(), StringComparison.Ordinal);
        Assert.Equal("x\ny", line.GetProperty("messageValue").GetString());
        Assert.Equal("error", line.GetProperty("level").GetString());
        Assert.Equal(line.EnumerateObject().Count(), line.EnumerateObject().Select(p => p.Name).Distinct().Count());
    }

    [Theory]
    [InlineData(LogLevel.Trace, "trace")]
    [InlineData(LogLevel.Debug, "debug")]
    [InlineData(LogLevel.Information, "info")]
    [InlineData(LogLevel.Critical, "critical")]
    public void Levels_have_the_words_that_collectors_know(LogLevel level, string word) =>
        Assert.Equal(word, Line(level, null, "said").GetProperty("level").GetString());

    private static JsonElement Line(LogLevel level, Exception? exception, string message, params (string Key, object? Value)[] values)
    {
        List<KeyValuePair<string, object?>> state = [.. values.Select(v => KeyValuePair.Create(v.Key, v.Value)), KeyValuePair.Create<string, object?>("{OriginalFormat}", message)];
        using var written = new StringWriter();
        var entry = new LogEntry<IReadOnlyList<KeyValuePair<string, object?>>>(
            level, "a.category", new EventId(42), state, exception, (s, _) => values.Aggregate(message, (m, v) => m.Replace($"{{{v.Key}}}", $"{v.Value}", StringComparison.Ordinal)));
        new JsonLineFormatter().Write(entry, null, written);
        var text = written.ToString();

        Assert.EndsWith("}\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', text[..^1]);
        Assert.DoesNotContain('\r', text);
        return JsonSerializer.Deserialize<JsonElement>(text);
    }
}
