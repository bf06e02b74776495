using Scheduling.Quotas;
using static Grains.Tests.Quotas.QuotaFixture;

namespace Grains.Tests.Quotas;

/// <summary>Who sees and sets what (I16).</summary>
public sealed class QuotaAccessTests
{
    public static TheoryData<string, string, string?> Sights => new()
    {
        { "admin", "main", "main main/blue main/blue/bob main/red main/red/ann main/red-hot main/red-hot/eve" },
        { "operator", "main/blue", "main/blue main/blue/bob" },
        { "red", "main", "main main/red main/red/ann" },
        { "red", "main/red", "main/red main/red/ann" },
        { "red", "main/red/ann", "main/red/ann" },
        { "red", "main/blue", null },
        { "red", "main/blue/bob", null },
        { "red", "main/red-hot", null },
        { "red", "main/red-hot/eve", null },
        { "blue", "main/red", null },
        { "green", "main", null },
        { "nobody", "main", null },
        { "admin", "main/green", null },
        { "admin", "other", null },
    };

    [Theory]
    [MemberData(nameof(Sights))]
    public void A_tenant_sees_the_path_to_its_team_and_below_and_nothing_of_others(string who, string path, string? seen)
    {
        using var f = new QuotaFixture();
        f.Charge("p", ChargeOf("a", "main/red/ann", 1), ChargeOf("b", "main/blue/bob", 1), ChargeOf("c", "main/red-hot/eve", 1));
        var caller = who switch
        {
            "admin" => Admin,
            "operator" => Operator,
            "nobody" => Nobody,
            _ => Red with { Tenant = new Scheduling.Model.TenantId(who) },
        };

        var levels = f.See(path, caller)?.Levels.Select(l => l.Path.Value);

        Assert.Equal(seen, levels is null ? null : string.Join(' ', levels));
    }

    [Fact]
    public void Only_administrators_set_quotas_and_others_learn_only_of_what_they_may_see()
    {
        using var f = new QuotaFixture();
        f.Charge("p", ChargeOf("a", "main/red/ann", 1), ChargeOf("b", "main/blue/bob", 1));

        Assert.Equal(Outcome.Forbidden, f.Set("main/red", Limit(5), 0, Operator).Outcome);
        Assert.Equal(Outcome.Forbidden, f.Set("main/red", Limit(5), 0, Red).Outcome);
        Assert.Equal(Outcome.NotFound, f.Set("main/blue", Limit(5), 0, Red).Outcome);
        Assert.Equal(Outcome.NotFound, f.Set("main/blue", Limit(5), 0, Nobody).Outcome);
        Assert.Equal(0, f.See("main")!.Version);
    }

    [Fact]
    public void Settings_need_the_present_version_and_keep_the_rules()
    {
        using var f = new QuotaFixture();
        f.Charge("p", ChargeOf("a", "main/red/ann", 1000));

        Assert.Equal(Outcome.PreconditionFailed, f.Set("main/red", Limit(5000), 7).Outcome);
        var done = f.Set("main/red", Limit(5000), 0);
        Assert.Equal((Outcome.Done, 1L), (done.Outcome, done.Version));
        Assert.Equal(Outcome.PreconditionFailed, f.Set("main/red", Limit(6000), 0).Outcome);
        var below = f.Set("main/red", Limit(999), 1);
        Assert.Equal(Outcome.Invalid, below.Outcome);
        Assert.Contains("1000 of gpu is in use", below.Message);
        Assert.Equal(Outcome.Invalid, f.Set("other/red", Limit(1), 1).Outcome);
        Assert.Equal(Outcome.Invalid, f.Set("main/red", new QuotaSpec { Weight = 0 }, 1).Outcome);
        Assert.Equal(1, f.See("main")!.Version);
    }
}
