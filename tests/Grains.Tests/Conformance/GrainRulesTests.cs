using System.Reflection;

namespace Grains.Tests.Conformance;

/// <summary>Our own assemblies keep the rules.</summary>
public sealed class GrainRulesTests
{
    public static TheoryData<string> Assemblies => ["Orleans.Scheduler.Grains", typeof(Scheduling.Model.JobSpec).Assembly.GetName().Name!];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Our_grains_and_messages_keep_the_rules_of_Orleans(string assembly)
    {
        Assert.Empty(GrainRules.Violations(Assembly.Load(assembly)));
    }

    [Fact]
    public void Exceptions_of_our_grains_arrive_from_other_silos()
    {
        Assert.Empty(GrainRules.UnmarkedExceptions(Assembly.Load("Orleans.Scheduler.Grains").GetTypes()));
    }
}
