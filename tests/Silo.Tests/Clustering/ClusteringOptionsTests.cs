using Silo.Clustering;

namespace Silo.Tests.Clustering;

public sealed class ClusteringOptionsTests
{
    [Fact]
    public void The_defaults_are_in_order() => Assert.True(new SiloOptionsValidator().Validate(null, new SiloOptions()).Succeeded);

    [Fact]
    public void A_cluster_needs_a_store_that_its_silos_share() => Refused(o => o.Clustering = ClusteringKind.Postgres, "which one process has for itself");

    [Fact]
    public void Membership_is_kept_where_the_settings_say_whatever_the_store()
    {
        Refused(o => (o.Clustering, o.Storage) = (ClusteringKind.Azure, StorageKind.Postgres), "Silo:Azure:BlobEndpoint");
        Refused(o => (o.Clustering, o.Storage) = (ClusteringKind.Postgres, StorageKind.Azure), "Silo:Postgres:ConnectionString");
    }

    [Fact]
    public void A_program_with_the_shim_says_that_it_cannot_join_a_cluster()
    {
        if (ClusterSupport.WhyNot is { } why)
        {
            Refused(o => (o.Clustering, o.Storage) = (ClusteringKind.Postgres, StorageKind.Postgres), why);
        }
    }

    [Fact]
    public void Times_of_the_membership_go_together()
    {
        Refused(o => o.Membership.FenceAfter = TimeSpan.FromSeconds(3), "at least twice RenewEvery");
        Refused(o => o.Membership.LeaveAfter = TimeSpan.FromSeconds(5), "not below FenceAfter");
        Refused(o => o.Membership.MaxProbeTimeout = TimeSpan.FromSeconds(1), "not below ProbeTimeout");
    }

    [Fact]
    public void Tls_takes_an_authority_a_certificate_and_a_key()
    {
        Refused(o => o.Tls.CertificateFile = "x", "Silo:Tls:AuthorityFile is not set");
        Refused(o => o.Tls.AuthorityFile = "/nowhere", "which is not there");
        Refused(o => (o.Tls.AuthorityFile, o.Tls.GatewayName) = ("/nowhere", "silo.scheduler"), "two different DNS names");
    }

    [Fact]
    public void An_address_is_an_ip_address() => Refused(o => o.Address = "silo-1", "Silo:Address");

    private static void Refused(Action<SiloOptions> set, string why)
    {
        var options = new SiloOptions();
        set(options);
        Assert.Contains(why, new SiloOptionsValidator().Validate(null, options).FailureMessage, StringComparison.Ordinal);
    }
}
