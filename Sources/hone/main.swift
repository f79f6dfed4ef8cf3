import Commands

await HoneCommand.main()
