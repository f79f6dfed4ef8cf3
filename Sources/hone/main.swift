import ArgumentParser
import Commands

await HoneCommand.main()
