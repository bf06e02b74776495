using Grains.Storage;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Scheduling;

namespace Cluster.Tests;

/// <summary>Callers on another silo decide by what an exception is and holds.</summary>
public sealed class ExceptionTests
{
    [Fact]
    public void A_broken_invariant_keeps_its_number_on_the_way() =>
        Assert.Equal(("I1", "I1: too much"), Travel(new InvariantViolationException("I1", "too much")) is InvariantViolationException e ? (e.Number, e.Message) : default);

    [Fact]
    public void A_storage_failure_keeps_whether_its_outcome_is_known() =>
        Assert.Equal((true, "full"), Travel(new StorageException("full", outcomeUnknown: true)) is StorageException e ? (e.OutcomeUnknown, e.Message) : default);

    [Fact]
    public void A_refused_continuation_stays_one() => Assert.IsType<InvalidContinuationException>(Travel(new InvalidContinuationException("no")));

    [Fact]
    public void An_unreadable_record_stays_one() => Assert.IsType<RecordFormatException>(Travel(new RecordFormatException("what", new IOException("why"))));

    private static Exception Travel(Exception thrown)
    {
        using var services = new ServiceCollection().AddSerializer().BuildServiceProvider();
        var serializer = services.GetRequiredService<Serializer>();
        return serializer.Deserialize<Exception>(serializer.SerializeToArray(thrown))!;
    }
}
