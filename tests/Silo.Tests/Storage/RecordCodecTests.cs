using System.Collections.Immutable;
using System.Text;
using Grains.Storage;
using Scheduling.Model;
using Scheduling.Quotas;
using Silo.Tests.Support;

namespace Silo.Tests.Storage;

public sealed class RecordCodecTests
{
    private static readonly WorkerShape Shape = new() { CpuMilli = 8000, MemoryMiB = 65536, Gpus = 8 };

    [Fact]
    public void A_record_is_a_format_byte_and_json_of_member_numbers()
    {
        var bytes = RecordCodec.Encode(Shape with { GpuModels = ["H100"] });

        Assert.Equal(1, bytes[0]);
        Assert.Equal("""{"0":8000,"1":65536,"2":8,"3":1000,"4":["H100"]}""", Encoding.UTF8.GetString(bytes, 1, bytes.Length - 1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    public void A_member_that_starts_with_another_value_than_its_default_round_trips(int value)
    {
        Assert.Equal(value, Round(Shape with { GpuMilli = value }).GpuMilli);
        Assert.Equal(value, Round(new QuotaSpec { Weight = value }).Weight);
        Assert.Equal(value, Round(new WithDefaults("a", value)).Number);
        Assert.Null(Round(new WithInitialText { Text = null }).Text);
        Assert.Null(Round(new WithInitialText { Optional = null }).Optional);
    }

    [Fact]
    public void Arrays_are_never_default_after_reading()
    {
        Assert.True(Round(new QuotaSpec { Nominal = default }).Nominal.IsEmpty);
        Assert.True(Round(new GangPlacement { Racks = default }).Racks.IsEmpty);
        Assert.True(Round(new ClassWithConstructor("a", default)).Items.IsEmpty);
        Assert.True(Round(new StructWithArray("a", default)).Items.IsEmpty);
        Assert.True(Read<GangPlacement>("{}").Racks.IsEmpty);
        Assert.True(Read<ClassWithConstructor>("{}").Items.IsEmpty);
        Assert.True(Read<StructWithArray>("{}").Items.IsEmpty);
        Assert.True(Round(ImmutableArray.Create<ImmutableArray<int>>(default, [1]))[0].IsEmpty);
    }

    [Fact]
    public void Times_round_trip_to_the_tick_with_their_offset()
    {
        foreach (var time in new[] { default, DateTimeOffset.MaxValue, DateTimeOffset.UnixEpoch, new(2026, 8, 1, 12, 0, 0, TimeSpan.FromMinutes(-570)), new DateTimeOffset(1, TimeSpan.Zero) })
            Assert.True(time.EqualsExact(Round(new Times { At = time, Maybe = time }).At), $"{time:O}");
        foreach (var span in new[] { default, TimeSpan.MinValue, TimeSpan.MaxValue, TimeSpan.FromTicks(-1) })
        {
            Assert.Equal(span, Round(new Times { Span = span }).Span);
            Assert.Equal(span, Round(new Times { Limit = span }).Limit);
        }
    }

    [Fact]
    public void Ids_are_strings_as_values_and_as_keys()
    {
        var keyed = new Keyed
        {
            Jobs = ImmutableDictionary<JobId, int>.Empty.Add(new JobId("j1"), 1),
            Attempts = new() { [new AttemptId(new JobId("a/b"), -3)] = new NodeId("n1") },
        };
        var read = Round(keyed);

        Assert.Equal(1, read.Jobs[new JobId("j1")]);
        Assert.Equal(new NodeId("n1"), read.Attempts[new AttemptId(new JobId("a/b"), -3)]);
        Assert.Equal("""{"0":{"j1":1},"1":{"a/b/-3":"n1"}}""", Text(keyed));
        Assert.Equal("""[null,"t"]""", Text(ImmutableArray.Create<TenantId?>(null, new TenantId("t"))));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(254)]
    [InlineData(255)]
    [InlineData(5000)]
    public void An_attempt_is_kept_whatever_the_length_of_its_name(int length)
    {
        foreach (var letter in new[] { "j", "é", "\"", "鹿" })
        {
            var attempt = new AttemptId(new JobId(string.Concat(Enumerable.Repeat(letter, length))), int.MaxValue);
            var keyed = new Keyed { Attempts = new() { [attempt] = new NodeId("n1") } };

            Assert.Equal(attempt, Round(attempt));
            Assert.Equal(attempt, Assert.Single(Round(keyed).Attempts).Key);
            Assert.Equal(Text($"{attempt.Job}/{attempt.Number}"), Text(attempt));
        }
    }

    [Fact]
    public void A_closed_family_is_told_apart_by_its_aliases()
    {
        Family held = new Family.Held { Shared = 1, Own = 2 };

        Assert.Equal("""{"$t":"test.held","a0":2,"0":1}""", Text(held));
        Assert.Equal(held, Round(held));
        Assert.IsType<Family.Gone>(Round<Family>(new Family.Gone()));
        Assert.Throws<RecordFormatException>(() => Read<Family>("""{"$t":"test.unknown"}"""));
    }

    [Fact]
    public void Members_of_a_newer_version_are_ignored()
    {
        Assert.Equal(Shape, Read<WorkerShape>("""{"0":8000,"1":65536,"2":8,"3":1000,"77":{"0":[1,{"1":2}]},"78":"x"}"""));
        Assert.Equal(4, Read<ClassWithConstructor>("""{"9":1,"0":"a","1":[4]}""").Items[0]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\u0001")]
    [InlineData("\u0002{}")]
    [InlineData("{}")]
    [InlineData("\u0001{\"0\":1")]
    [InlineData("\u0001{\"0\":\"text\"}")]
    [InlineData("\u0001[]")]
    [InlineData("\u0001null")]
    [InlineData("\u0001{\"4\":[\"a\"")]
    public void What_is_not_a_record_is_refused_with_the_type_in_the_message(string bytes)
    {
        var error = Assert.Throws<RecordFormatException>(() => RecordCodec.Decode<WorkerShape>(Encoding.UTF8.GetBytes(bytes)));

        Assert.Contains("WorkerShape", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Types_that_cannot_be_stored_are_refused_in_words()
    {
        Refused("[GenerateSerializer]", new { A = 1 });
        Refused("[GenerateSerializer]", (1, 2));
        Refused("none of its members has an [Id(n)]", new NoIds());
        Refused("[Id(0)] more than once", new TwiceNumbered());
        Refused("not public", new HiddenMember());
        Refused("cannot be set", new ReadOnlyMember());
        Refused("type object", new HoldsObject { Any = 1 });
        Refused("[Alias(", (Unnamed)new Unnamed.Kind());
    }

    [Fact]
    public void Members_without_an_id_are_not_stored() => Assert.Equal(0, Round(new PartlyNumbered { Stored = 1, Derived = 2 }).Derived);

    [Fact]
    public void Numbers_that_json_lacks_and_any_text_round_trip()
    {
        var numbers = ImmutableArray.Create(double.NaN, double.NegativeInfinity, double.PositiveInfinity, double.Epsilon, double.MaxValue, -0.0, 0.1);
        var texts = ImmutableArray.Create("", "\0\u0001\"\\/\r\n", "é漢😀", new string('x', 100_000), "</script>\u2028");

        Assert.Equal(numbers.Select(BitConverter.DoubleToInt64Bits), Round(numbers).Select(BitConverter.DoubleToInt64Bits));
        Assert.Equal<string>(texts, Round(texts));
        Assert.Equal(ulong.MaxValue, Round(new WorkerSlot(1, 2, 3, ulong.MaxValue, 5)).Gpus);
        Assert.Equal(long.MinValue, Round(new ResourceAmount("gpu", long.MinValue)).Amount);
    }

    [Fact]
    public void Any_members_at_default_or_not_round_trip()
    {
        var random = new Random(1);
        for (var n = 0; n < 2000; n++)
        {
            var allocation = new RackAllocation
            {
                Attempt = new AttemptId(new JobId($"j{random.Next(3)}"), random.Next(3)),
                Plan = random.Next(2),
                Committed = random.Next(2) == 0,
                Workers = [.. Enumerable.Range(0, random.Next(4)).Select(_ => new WorkerSlot(random.Next(2), random.Next(2), random.Next(2), (ulong)random.NextInt64(), random.Next(2)))],
                Shapes = [.. Enumerable.Range(0, random.Next(3)).Select(_ => AnyShape(random))],
                LeaseUntil = random.Next(2) == 0 ? default : new DateTimeOffset(random.NextInt64(DateTime.MaxValue.Ticks), TimeSpan.Zero),
            };
            var read = Round(allocation);

            Assert.Equal(allocation.Workers, read.Workers);
            Assert.Equal(allocation.Shapes, read.Shapes);
            Assert.Equal(allocation with { Workers = [], Shapes = [] }, read with { Workers = [], Shapes = [] });
            Assert.Equal(RecordCodec.Encode(allocation), RecordCodec.Encode(read));
        }
    }

    [Fact]
    public async Task Many_threads_encode_and_decode_at_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(t => Task.Run(() =>
        {
            for (var n = 0; n < 1000; n++)
                Assert.Equal(n + t, Round(Shape with { CpuMilli = n + t }).CpuMilli);
        })));
    }

    [Fact]
    public void A_record_of_megabytes_leaves_nothing_in_those_after_it_whatever_their_size()
    {
        foreach (var length in new[] { 3, 5_000_000, 0, 70_000, 1, 5_000_000, 2 })
        {
            var names = Enumerable.Range(0, length % 1000).Select(i => $"m{i}").Append(new string('x', length)).ToImmutableArray();
            Assert.Equal(names, Round(Shape with { GpuModels = names }).GpuModels);
        }
    }

    [Fact]
    public void A_large_record_makes_no_more_large_arrays_than_the_one_that_it_comes_in()
    {
        var large = Shape with { GpuModels = [.. Enumerable.Repeat(new string('x', 1000), 3000)] };
        var size = RecordCodec.Encode(large).Length;

        // The least of a few: what is borrowed may have been let go of meanwhile, when memory is short.
        Assert.InRange(Enumerable.Range(0, 5).Min(_ => MadeBy(() => RecordCodec.Encode(large))), size, size + (size / 10));

        static long MadeBy(Action action)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            action();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public void Encoding_into_a_buffer_appends_to_it()
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        RecordCodec.Encode(Shape, buffer);
        var first = buffer.WrittenCount;
        RecordCodec.Encode(Shape, buffer);

        Assert.Equal(RecordCodec.Encode(Shape), buffer.WrittenSpan[first..].ToArray());
    }

    private static WorkerShape AnyShape(Random random) => new()
    {
        CpuMilli = random.Next(2),
        MemoryMiB = random.Next(2),
        Gpus = random.Next(2),
        GpuMilli = random.Next(3) * 500,
        GpuModels = [.. Enumerable.Range(0, random.Next(3)).Select(i => $"m{i}")],
        NodeSelector = random.Next(2) == 0 ? [] : [new Label("k", "v")],
        NodeTerms = random.Next(2) == 0 ? [] : [new NodeTerm { Requirements = [new NodeRequirement { Key = "k", Operator = NodeOperator.NotIn, Values = ["v", "w"] }] }],
    };

    private static T Round<T>(T value) => RecordCodec.Decode<T>(RecordCodec.Encode(value));

    private static T Read<T>(string json) => RecordCodec.Decode<T>([RecordCodec.Format, .. Encoding.UTF8.GetBytes(json)]);

    private static string Text<T>(T value) => Encoding.UTF8.GetString(RecordCodec.Encode(value).AsSpan(1));

    private static void Refused<T>(string because, T value)
    {
        var error = Assert.Throws<RecordFormatException>(() => RecordCodec.Encode(value));
        Assert.Contains(because, error.Message, StringComparison.Ordinal);
    }
}
